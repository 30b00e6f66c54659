package io.raftqueue.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The wire format is pinned byte for byte: change the version when it changes. */
class RaftMessageCodecTest {
    private static final UUID CLUSTER = new UUID(0xC1, 0xC2);
    private static final UUID FROM = new UUID(0xA1, 0xA2);
    private static final UUID TO = new UUID(0xB1, 0xB2);
    private static final String ADDRESSES = "01" + "00000000000000c100000000000000c2"
            + "00000000000000a100000000000000a2" + "00000000000000b100000000000000b2";

    static Stream<Arguments> messages() {
        Entry command = new Entry(9, 3, false, 77, new byte[] {1, 2, 3});
        Entry noOp = new Entry(10, 3, true, 78, InternalEntryCodec.noOp());
        return Stream.of(
                golden("01", new RaftMessage.PreVoteRequest(5, 6, 7), "000000000000000600000000" + "00000007"),
                golden("02", new RaftMessage.PreVoteResponse(5, 6, true), "000000000000000601"),
                golden("03", new RaftMessage.VoteRequest(5, 6, 7, false), "0000000000000006000000000000000700"),
                golden("04", new RaftMessage.VoteResponse(5, true), "01"),
                golden(
                        "05",
                        new RaftMessage.AppendRequest(5, 8, 2, 6, 99, List.of(command, noOp)),
                        "0000000000000008" + "0000000000000002" + "0000000000000006" + "0000000000000063" + "00000002"
                                + "0000000000000003" + "00" + "000000000000004d" + "00000003" + "010203"
                                + "0000000000000003" + "01" + "000000000000004e" + "00000002" + "0100"),
                golden("06", new RaftMessage.AppendResponse(5, 6, 7), "00000000000000060000000000000007"),
                golden(
                        "07",
                        new RaftMessage.AppendRefused(5, 6, 7, 8),
                        "000000000000000600000000000000070000000000000008"),
                golden("08", new RaftMessage.Heartbeat(5, 6, 7, 8), "000000000000000600000000000000070000000000000008"),
                golden(
                        "09",
                        new RaftMessage.HeartbeatResponse(5, 6, 7, 8),
                        "000000000000000600000000000000070000000000000008"),
                golden("0a", new RaftMessage.TimeoutNow(5), ""),
                golden("0b", new RaftMessage.ReadRequest(5, -1), "ffffffffffffffff"),
                golden("0c", new RaftMessage.ReadResponse(5, 6, 7), "00000000000000060000000000000007"));
    }

    private static Arguments golden(String tag, RaftMessage message, String body) {
        return Arguments.of(message, "01" + tag + ADDRESSES + "0000000000000005" + body);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void theBytesAreThese(RaftMessage message, String hex) {
        byte[] bytes = RaftMessageCodec.encode(new Envelope(CLUSTER, FROM, TO, message));
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(hex);
        Envelope back = RaftMessageCodec.decode(bytes);
        assertThat(RaftMessageCodec.encode(back)).isEqualTo(bytes);
        assertThat(back.message()).usingRecursiveComparison().isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsCutOrLengthenedIsRefused(RaftMessage message, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> RaftMessageCodec.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThatThrownBy(() -> RaftMessageCodec.decode(longer)).hasMessageContaining("after the end");
    }

    @Test
    void anotherVersionAndAnUnknownTagAreRefused() {
        assertThatThrownBy(() -> RaftMessageCodec.decode(new byte[] {2, 1})).hasMessageContaining("version 2");
        byte[] bytes = RaftMessageCodec.encode(new Envelope(null, FROM, TO, new RaftMessage.TimeoutNow(1)));
        bytes[1] = 77;
        assertThatThrownBy(() -> RaftMessageCodec.decode(bytes)).hasMessageContaining("tag 77");
    }

    @Test
    void aServerOfNoClusterIsUnderstood() {
        Envelope e = new Envelope(null, FROM, TO, new RaftMessage.AppendResponse(1, 2, 3));
        assertThat(RaftMessageCodec.decode(RaftMessageCodec.encode(e))).isEqualTo(e);
    }

    @Test
    void damagedBytesAreRefusedOrReadNeverMore() {
        SplittableRandom random = new SplittableRandom(7);
        List<byte[]> all = messages()
                .map(a -> HexFormat.of().parseHex((String) a.get()[1]))
                .toList();
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = all.get(random.nextInt(all.size())).clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            Throwable t = catchThrowable(() -> RaftMessageCodec.decode(bytes));
            assertThat(t == null || t instanceof IllegalArgumentException)
                    .as("%s", t)
                    .isTrue();
        }
    }

    @Test
    void aConfigurationIsPinnedToo() {
        Configuration c = new Configuration(
                CLUSTER, List.of(new Member("n1", FROM, "h:1", "h:2", true), new Member("ñ", TO, "", "", false)));
        byte[] bytes = InternalEntryCodec.encode(c);
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("0101" + "00000000000000c100000000000000c2" + "0002"
                        + "00000000000000a100000000000000a2" + "01" + "00026e31" + "0003683a31" + "0003683a32"
                        + "00000000000000b100000000000000b2" + "00" + "0002c3b1" + "0000" + "0000");
        assertThat(InternalEntryCodec.decode(bytes)).isEqualTo(c);
        assertThat(InternalEntryCodec.decode(InternalEntryCodec.noOp())).isNull();
        assertThatThrownBy(() -> InternalEntryCodec.decode(new byte[] {2, 0})).hasMessageContaining("version 2");
        assertThatThrownBy(() -> InternalEntryCodec.decode(Arrays.copyOf(bytes, bytes.length - 1)))
                .hasMessageContaining("too early");
    }
}
