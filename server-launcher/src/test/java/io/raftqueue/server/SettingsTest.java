package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Flags and variables as they become a node's settings; that wrong ones end with the right exit code is told by FlagsIT. */
class SettingsTest {
    private static Settings settings(Map<String, String> environment, String... args) {
        var flags = new Flags();
        new CommandLine(flags).setOverwrittenOptionsAllowed(true).parseArgs(args);
        return Settings.of(flags, environment);
    }

    private static Settings settings(String... args) {
        return settings(Map.of(), args);
    }

    @Test
    void defaultsAreThoseOfTheSeedButForTheDirectory() {
        Settings settings = settings("-id", "node01");

        assertThat(settings.raft()).hasToString("localhost:3001");
        assertThat(settings.http()).hasToString("localhost:3000");
        assertThat(settings.directory()).isEqualTo("./data/node01");
        assertThat(settings.leader()).isFalse();
        assertThat(settings.httpJoin()).isNull();
        assertThat(settings.members()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-id=node01", "--id=node01", "-id node01", "--id node01"})
    void aFlagMayBeWrittenInFourWays(String flag) {
        assertThat(settings(flag.split(" ")).id()).isEqualTo("node01");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-leader", "--leader", "-leader=true", "-leader=1", "-leader=t", "--leader=T"})
    void isALeader(String flag) {
        assertThat(settings("-id=a", flag).leader()).isTrue();
        assertThat(settings(flag, "-id=a").leader()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-leader=false", "-leader=0", "-leader=f", "--leader=FALSE"})
    void isNoLeader(String flag) {
        assertThat(settings("-id=a", flag).leader()).isFalse();
    }

    @Test
    void everyFlagCanComeFromTheEnvironment() {
        Settings settings = settings(Map.of(
                "RAFTQUEUE_ID", "node02",
                "RAFTQUEUE_RADDR", "localhost:4001",
                "RAFTQUEUE_HADDR", ":4000",
                "RAFTQUEUE_PADDR", "localhost:3000",
                "RAFTQUEUE_DIR", "/tmp/x",
                "RAFTQUEUE_RBIND", ":4002",
                "RAFTQUEUE_INSECURE", "true"));

        assertThat(settings.id()).isEqualTo("node02");
        assertThat(settings.raft()).hasToString("localhost:4001");
        assertThat(settings.raftBind()).hasToString(":4002");
        assertThat(settings.http()).hasToString(":4000");
        assertThat(settings.advertisedHttp()).hasToString("localhost:4000");
        assertThat(settings.httpJoin()).hasToString("localhost:3000");
        assertThat(settings.directory()).isEqualTo("/tmp/x");
    }

    @Test
    void aFlagWinsOverItsVariable() {
        Map<String, String> environment = Map.of("RAFTQUEUE_ID", "other", "RAFTQUEUE_LEADER", "true");

        Settings settings = settings(environment, "-id=node01", "-leader=false", "-paddr=localhost:3000");

        assertThat(settings.id()).isEqualTo("node01");
        assertThat(settings.leader()).isFalse();
    }

    @Test
    void theLastOfTwoFlagsCounts() {
        assertThat(settings("-id=a", "-id=b").id()).isEqualTo("b");
    }

    @Test
    void anEmptyVariableOrFlagIsAsNone() {
        assertThat(settings(Map.of("RAFTQUEUE_PADDR", ""), "-id=a", "-leader", "-paddr=")
                        .leader())
                .isTrue();
    }

    @Test
    void aMemberTakesItsRaftAddressFromTheList() {
        Settings settings = settings("-id=node02", "-members=node01=localhost:4001,node02=localhost:4003");

        assertThat(settings.raft()).hasToString("localhost:4003");
        assertThat(settings.members()).containsExactly("node01=localhost:4001", "node02=localhost:4003");
    }

    @Test
    void namesTheVariableThatIsWrong() {
        assertThatThrownBy(() -> settings(Map.of("RAFTQUEUE_LEADER", "maybe"), "-id=a"))
                .hasMessage("RAFTQUEUE_LEADER=maybe is not a boolean: use true, false, 1, 0, t or f");
        assertThatThrownBy(() -> settings(Map.of("RAFTQUEUE_HADDR", "nowhere"), "-id=a"))
                .hasMessageStartingWith("address RAFTQUEUE_HADDR=nowhere is malformed: it has no port");
        assertThatThrownBy(() -> settings(Map.of("RAFTQUEUE_PADDR", "localhost:3002"), "-id=a", "-leader"))
                .hasMessage(
                        "-leader starts a new cluster, RAFTQUEUE_PADDR joins an existing one: leave one of them out");
    }
}
