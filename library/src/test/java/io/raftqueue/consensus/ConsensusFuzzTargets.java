package io.raftqueue.consensus;

import io.raftqueue.fuzz.FuzzTarget;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/** Messages of the consensus, and its own entries in the log. */
public final class ConsensusFuzzTargets {
    private ConsensusFuzzTargets() {}

    public static Map<String, Supplier<FuzzTarget>> all() {
        List<byte[]> messages = RaftMessageCodecTest.messages()
                .map(a -> HexFormat.of().parseHex((String) a.get()[1]))
                .toList();
        UUID cluster = new UUID(1, 2);
        byte[] configuration = InternalEntryCodec.encode(new Configuration(
                cluster,
                List.of(
                        new Member("n1", new UUID(3, 4), "h:1", "h:2", true),
                        new Member("ñ", new UUID(5, 6), "h:3", "", false))));
        return Map.of(
                "raft-message",
                () -> FuzzTarget.codec(
                        messages,
                        bytes -> RaftMessageCodec.encode(RaftMessageCodec.decode(bytes)),
                        IllegalArgumentException.class),
                "internal-entry",
                () -> FuzzTarget.codec(
                        List.of(configuration, InternalEntryCodec.noOp()),
                        ConsensusFuzzTargets::internalEntry,
                        IllegalArgumentException.class));
    }

    private static byte[] internalEntry(byte[] bytes) {
        Configuration configuration = InternalEntryCodec.decode(bytes);
        return configuration == null ? InternalEntryCodec.noOp() : InternalEntryCodec.encode(configuration);
    }
}
