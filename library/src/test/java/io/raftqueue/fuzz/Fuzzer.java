package io.raftqueue.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What Jazzer calls: one input for the target named by the system property {@value #TARGET}. */
public final class Fuzzer {
    static final String TARGET = "fuzz.target";

    private static FuzzTarget target;

    private Fuzzer() {}

    public static void fuzzerInitialize() {
        target = FuzzTargets.named(System.getProperty(TARGET, ""));
        read(target, target.seeds().get(0)); // loads classes, whose bytes are not the input's
    }

    public static void fuzzerTestOneInput(byte[] input) {
        read(target, input);
    }

    /** Reads within the bounds of the target; true if the input was taken. */
    static boolean read(FuzzTarget target, byte[] input) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        boolean taken = target.takes(input);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (allocated > target.mostAllocated(input.length)) {
            throw new AssertionError("reading " + input.length + " bytes allocated " + allocated + ", over "
                    + target.mostAllocated(input.length));
        }
        return taken;
    }
}
