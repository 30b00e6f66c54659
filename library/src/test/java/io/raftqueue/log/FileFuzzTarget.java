package io.raftqueue.log;

import io.raftqueue.fuzz.FuzzTarget;
import io.raftqueue.log.disk.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A file of the data directory. The first byte of an input says whether the rest gets true checksums ({@link Seals}) before
 * it is read.
 */
final class FileFuzzTarget implements FuzzTarget {
    /** Reads a file; false if it was refused. */
    interface Reader {
        boolean takes(byte[] file) throws IOException;
    }

    interface Seal {
        void put(byte[] file);
    }

    private final List<byte[]> seeds = new ArrayList<>();
    private final Seal seal;
    private final Reader reader;

    FileFuzzTarget(List<byte[]> files, Seal seal, Reader reader) {
        for (byte[] file : files) {
            byte[] seed = new byte[1 + file.length];
            System.arraycopy(file, 0, seed, 1, file.length);
            seeds.add(seed);
        }
        this.seal = seal;
        this.reader = reader;
    }

    @Override
    public List<byte[]> seeds() {
        return seeds;
    }

    @Override
    public boolean takes(byte[] input) {
        if (input.length == 0) {
            return false;
        }
        byte[] file = Arrays.copyOfRange(input, 1, input.length);
        if ((input[0] & 1) != 0) {
            seal.put(file);
        }
        try {
            return reader.takes(file);
        } catch (DamagedLogException | WrongDirectoryException e) {
            if (!e.getMessage().contains("/simulated")) {
                throw new AssertionError("it does not say where", e);
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long mostAllocated(int length) {
        return (32L << 20) + 1024L * length; // buffers of segments and of scans
    }

    static List<byte[]> files(SimulatedDisk disk, String suffix) {
        return disk.list().stream()
                .filter(name -> name.endsWith(suffix))
                .map(disk::bytes)
                .toList();
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("it was taken, but this is not so: " + what);
        }
    }
}
