package io.raftqueue.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What Jazzer calls: one input for the target named by the system property {@value #TARGETS}. There may be several, with
 * commas between them; then the first byte of an input chooses.
 */
public final class Fuzzer {
    static final String TARGETS = "fuzz.targets";

    private static final int READINGS = 3;

    private static final List<Running> RUNNING = new ArrayList<>();

    private static final class Running {
        final String name;
        final FuzzTarget target;
        final CRC32C crc = new CRC32C();
        long inputs;

        Running(String name) {
            this.name = name;
            this.target = FuzzTargets.named(name);
        }
    }

    private Fuzzer() {}

    public static void fuzzerInitialize() {
        for (String name : System.getProperty(TARGETS, "").split(",")) {
            Running running = new Running(name);
            running.target.seeds().forEach(running.target::takes); // loads classes, whose bytes are not the input's
            RUNNING.add(running);
        }
    }

    public static void fuzzerTestOneInput(byte[] input) {
        if (RUNNING.size() == 1) {
            read(RUNNING.get(0), input);
        } else if (input.length > 0) {
            read(RUNNING.get((input[0] & 0xFF) % RUNNING.size()), Arrays.copyOfRange(input, 1, input.length));
        }
    }

    public static void fuzzerTearDown() {
        RUNNING.forEach(running ->
                System.err.printf("tried %s: %d inputs, %08x%n", running.name, running.inputs, running.crc.getValue()));
    }

    private static void read(Running running, byte[] input) {
        running.inputs++;
        running.crc.update(input);
        try {
            read(running.target, input);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(
                    running.name + " on " + input.length + " bytes "
                            + HexFormat.of().formatHex(input),
                    e);
        }
    }

    /** The input as Jazzer keeps it in the corpus of these targets. */
    static byte[] inCorpus(List<String> names, String name, byte[] input) {
        if (names.size() == 1) {
            return input;
        }
        byte[] chosen = new byte[1 + input.length];
        chosen[0] = (byte) names.indexOf(name);
        System.arraycopy(input, 0, chosen, 1, input.length);
        return chosen;
    }

    /** Reads within the bounds of the target; true if the input was taken. */
    static boolean read(FuzzTarget target, byte[] input) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long most = target.mostAllocated(input.length);
        for (int reading = 1; ; reading++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            boolean taken = target.takes(input);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            if (allocated <= most) {
                return taken;
            }
            // A first reading may load classes, and instrumenting them is paid here; the input's own part comes again.
            if (reading == READINGS) {
                throw new AssertionError(
                        "reading " + input.length + " bytes allocated " + allocated + ", over " + most);
            }
        }
    }
}
