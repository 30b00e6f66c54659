package io.raftqueue.log;

import io.raftqueue.fuzz.FuzzTarget;
import io.raftqueue.log.disk.SimulatedDisk;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * One file of a stopped node's directory is damaged. The input says how:
 *
 * <pre>
 * u8 which file, then any number of: u8 what, u16 where (times 2, wrapped to the file), u8 with what
 * </pre>
 */
public final class DirectoryFuzzTargets {
    private DirectoryFuzzTargets() {}

    public static Map<String, Supplier<FuzzTarget>> all() {
        return Map.of(
                "directory-closed",
                () -> target(StoppedNode.withEntries(true), StoppedNode::starts),
                "directory-killed",
                () -> target(StoppedNode.withEntries(false), StoppedNode::starts),
                "directory-messages",
                () -> target(StoppedNode.withMessages(), StoppedNode::servesMessages));
    }

    private static FuzzTarget target(SimulatedDisk stopped, BiPredicate<SimulatedDisk, String> serves) {
        return new FuzzTarget() {
            @Override
            public List<byte[]> seeds() {
                // Nothing changed; and one zero where a zero is.
                return List.of(new byte[] {0}, new byte[] {3, 1, 0x7F, (byte) 0xFF, 0});
            }

            @Override
            public boolean takes(byte[] input) {
                SimulatedDisk damaged = stopped.killed();
                if (input.length > 0) {
                    damage(damaged, ByteBuffer.wrap(input));
                }
                boolean starts = serves.test(damaged.killed(), "damaged");
                if (input.length % 4 == 1) { // it reads all once more, and that takes time
                    inspects(damaged, starts);
                }
                return starts;
            }

            @Override
            public long mostAllocated(int length) {
                return 64L << 20; // buffers of segments and of scans, whatever the input
            }
        };
    }

    /** The inspector never throws, and calls nothing whole that a node would not serve. */
    private static void inspects(SimulatedDisk damaged, boolean starts) {
        LogInspector.Report report = LogInspector.of(damaged).verify();
        if (report.whole() && !starts) {
            throw new AssertionError("the inspector finds whole what does not start: " + report.lines());
        }
        LogInspector.of(damaged).dump(line -> {});
    }

    private static void damage(SimulatedDisk disk, ByteBuffer how) {
        List<String> names = disk.list();
        String name = names.get((how.get() & 0xFF) % names.size());
        byte[] bytes = disk.bytes(name);
        while (how.remaining() >= 4 && bytes.length > 0) {
            int what = how.get() & 0xFF;
            int at = (how.getShort() & 0xFFFF) * 2 % bytes.length;
            int with = how.get() & 0xFF;
            switch (what % 8) {
                case 0 -> bytes[at] ^= (byte) with;
                case 1 -> bytes[at] = (byte) with;
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + with * 64);
                case 4 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + with * 8), (byte) 0);
                case 5 -> bytes[(at + 1) % bytes.length] ^= (byte) with;
                case 6 -> System.arraycopy(bytes, at, bytes, 0, Math.min(with, bytes.length - at));
                default -> System.arraycopy(bytes, 0, bytes, at, Math.min(with, bytes.length - at));
            }
        }
        disk.put(name, bytes);
    }
}
