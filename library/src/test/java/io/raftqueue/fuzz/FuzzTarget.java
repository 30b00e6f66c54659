package io.raftqueue.fuzz;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;

/** A reader of bytes that may be anything, and what must hold whatever they are. */
public interface FuzzTarget {
    /** Inputs to begin with: what the reader takes on a good day. */
    List<byte[]> seeds();

    /**
     * Gives the input to the reader. True if it was taken and what came out is true to it; false if it was refused in the
     * documented way. Everything else is thrown: whatever leaves here is a finding.
     */
    boolean takes(byte[] input);

    /** What one reading may allocate at most: no length is believed before the bytes are there. */
    default long mostAllocated(int length) {
        return (1L << 20) + 256L * length;
    }

    /** A format with one spelling for each value: what is read is written again as it was. */
    static FuzzTarget codec(
            List<byte[]> seeds, UnaryOperator<byte[]> readAndWrite, Class<? extends RuntimeException> refusal) {
        return new FuzzTarget() {
            @Override
            public List<byte[]> seeds() {
                return seeds;
            }

            @Override
            public boolean takes(byte[] input) {
                byte[] again;
                try {
                    again = readAndWrite.apply(input);
                } catch (RuntimeException e) {
                    if (refusal.isInstance(e)) {
                        return false;
                    }
                    throw e;
                }
                if (!Arrays.equals(again, input)) {
                    HexFormat hex = HexFormat.of();
                    throw new AssertionError(
                            hex.formatHex(input) + " was read, but is written as " + hex.formatHex(again));
                }
                return true;
            }
        };
    }
}
