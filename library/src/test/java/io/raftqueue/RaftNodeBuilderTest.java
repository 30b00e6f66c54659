package io.raftqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.NodeOptions.Begin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the builders accept, and how they say what they do not. */
class RaftNodeBuilderTest {
    @TempDir
    Path directory;

    private RaftNodeBuilder builder() {
        return RaftNode.builder().directory(directory);
    }

    @TestFactory
    List<DynamicTest> aSecondCallIsRefusedWithTheOldValue() {
        Map<String, Consumer<RaftNodeBuilder>> calls = Map.ofEntries(
                Map.entry("id|n1", b -> b.id("n1")),
                Map.entry("directory|some", b -> b.directory(Path.of("some"))),
                Map.entry("how the node begins|join(a:1)", b -> b.join("a:1")),
                Map.entry("raftAddress|a:1", b -> b.raftAddress("a:1")),
                Map.entry("bindAddress|a:1", b -> b.bindAddress("a:1")),
                Map.entry("httpAddress|a:1", b -> b.httpAddress("a:1")),
                Map.entry("timeout|PT1S", b -> b.timeout(Duration.ofSeconds(1))),
                Map.entry("maxMessageBytes|7", b -> b.maxMessageBytes(7)),
                Map.entry("maxBatchBytes|7", b -> b.maxBatchBytes(7)),
                Map.entry("diskWatermarkBytes|7", b -> b.diskWatermarkBytes(7)),
                Map.entry("fsync|false", b -> b.fsync(false)),
                Map.entry("jmx|false", b -> b.jmx(false)));
        return calls.entrySet().stream()
                .map(call -> DynamicTest.dynamicTest(call.getKey(), () -> {
                    String[] said = call.getKey().split("\\|");
                    var builder = new RaftNodeBuilder();
                    call.getValue().accept(builder);
                    assertThatThrownBy(() -> call.getValue().accept(builder))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageStartingWith(said[0] + " was already set to " + said[1] + ";");
                }))
                .toList();
    }

    @Test
    void twoWaysToBeginAreOneTooMany() {
        assertThatThrownBy(() -> builder().standalone().bootstrap())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("how the node begins was already set to standalone(); it is set once, so bootstrap() is"
                        + " refused: remove one of the two calls");
    }

    @Test
    void anEmptyDirectoryNeedsABeginning() {
        assertThatThrownBy(() -> builder().start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is empty")
                .hasMessageContaining(".standalone(), .bootstrap(), .members(..), .join(raftAddress), .awaitJoin()");
    }

    @Test
    void aDirectoryWithDataNeedsNone() throws Exception {
        Files.createFile(directory.resolve("something"));
        NodeOptions options = builder().options();
        assertThat(options.begin()).isEqualTo(new Begin.Restart());
        assertThat(options.id()).isEmpty();
        assertThat(options.raftAddress()).isEmpty();
    }

    @Test
    void theDirectoryMustBeSaid() {
        assertThatThrownBy(() -> RaftNode.builder().standalone().start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("directory is not set");
    }

    @Test
    void standaloneNeedsNothingElse() {
        NodeOptions options = builder().standalone().options();
        assertThat(options.id()).isEqualTo("node01");
        assertThat(options.raftAddress()).matches("localhost:\\d+");
        assertThat(options.deadline()).isEqualTo(Duration.ofSeconds(10));
        assertThat(options.maxMessageBytes()).isEqualTo(1_048_576);
        assertThat(options.maxBatchBytes()).isEqualTo(16_777_216);
        assertThat(options.fsync()).isTrue();
    }

    @Test
    void othersNeedAnIdAndAnAddress() {
        assertThatThrownBy(() -> builder().bootstrap().start()).hasMessageStartingWith("id is not set: bootstrap()");
        assertThatThrownBy(() -> builder().id("n1").awaitJoin().start())
                .hasMessageStartingWith("raftAddress is not set: awaitJoin()");
    }

    @Test
    void aMemberFindsItsAddressInTheList() {
        NodeOptions options =
                builder().id("n2").members("n1=a:1", "n2=b:2", "n3=c:3").options();
        assertThat(options.raftAddress()).isEqualTo("b:2");
        assertThat(options.begin()).isEqualTo(new Begin.Members(List.of("n1=a:1", "n2=b:2", "n3=c:3")));
    }

    @Test
    void aMemberMustBeInTheListAndAgreeWithIt() {
        assertThatThrownBy(() -> builder().id("n9").members("n1=a:1").start())
                .hasMessageStartingWith("id n9 is not among members(n1=a:1)");
        assertThatThrownBy(() ->
                        builder().id("n1").raftAddress("b:2").members("n1=a:1").start())
                .hasMessageStartingWith("raftAddress is b:2, but members(n1=a:1) gives n1 the address a:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "localhost:",
                ":3001",
                "localhost:0",
                "localhost:65536",
                "localhost:x",
                "a b:1",
                "::1:3001",
                "http://a:1"
            })
    void malformedAddressesAreRefused(String address) {
        assertThatThrownBy(() -> builder().raftAddress(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("raftAddress \"" + address + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:3001", "10.0.0.1:65535", "[::1]:3001", "my-host.example.com:1"})
    void addressesAreKeptAsGiven(String address) {
        assertThatCode(() -> builder().raftAddress(address)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a,b", "a=b", "a\nb"})
    void unusableIdsAreRefused(String id) {
        assertThatThrownBy(() -> builder().id(id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("id \"" + id + "\" is not usable");
    }

    @Test
    void membersAreCheckedOneByOne() {
        assertThatThrownBy(() -> builder().members()).hasMessageStartingWith("members has 0 entries");
        assertThatThrownBy(() -> builder().members("a:1")).hasMessageContaining("each is id=host:port");
        assertThatThrownBy(() -> builder().members("a=h:1", "a=h:2")).hasMessageContaining("twice");
        assertThatThrownBy(() -> builder().members("a=h:1", "b=h:1")).hasMessageContaining("twice");
        assertThatThrownBy(
                        () -> builder().members("1=h:1", "2=h:2", "3=h:3", "4=h:4", "5=h:5", "6=h:6", "7=h:7", "8=h:8"))
                .hasMessageStartingWith("members has 8 entries: a cluster has 1 to 7");
    }

    @Test
    void numbersHaveLimits() {
        assertThatThrownBy(() -> builder().timeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().maxMessageBytes(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().maxBatchBytes(1 << 30)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().diskWatermarkBytes(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
