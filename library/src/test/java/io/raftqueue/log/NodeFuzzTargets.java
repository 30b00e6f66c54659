package io.raftqueue.log;

import io.raftqueue.fuzz.FuzzTarget;
import io.raftqueue.log.disk.SimulatedDisk;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The small files in which a node keeps who it is, what it has promised, and how far it came. */
public final class NodeFuzzTargets {
    private static final long HIGH_TERM = 1L << 40;

    private NodeFuzzTargets() {}

    public static Map<String, Supplier<FuzzTarget>> all() {
        Map<String, Supplier<FuzzTarget>> all = new TreeMap<>();
        all.put(
                "vote",
                () -> new FileFuzzTarget(
                        FileFuzzTarget.files(StoppedNode.withMessages(), TermAndVote.NAME),
                        file -> Seals.slots(file, TermAndVote.MAGIC, Seals.OURS),
                        NodeFuzzTargets::vote));
        all.put(
                "identity",
                () -> new FileFuzzTarget(
                        FileFuzzTarget.files(StoppedNode.withMessages(), IdentityFile.NAME),
                        file -> Seals.slots(file, IdentityFile.MAGIC, Checksum.UNSALTED),
                        NodeFuzzTargets::identity));
        all.put(
                "mark",
                () -> new FileFuzzTarget(
                        FileFuzzTarget.files(StoppedNode.withMessages(), DurableMark.NAME),
                        file -> {},
                        NodeFuzzTargets::mark));
        all.put(
                "format",
                () -> new FileFuzzTarget(
                        FileFuzzTarget.files(StoppedNode.withMessages(), DataDirectory.FORMAT_FILE),
                        file -> {},
                        NodeFuzzTargets::format));
        return all;
    }

    private static boolean vote(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(TermAndVote.NAME, file);
        long term;
        try (TermAndVote found = TermAndVote.open(disk, Seals.OURS)) {
            term = found.term();
            if (term < HIGH_TERM) {
                found.save(HIGH_TERM, LogFixture.INCARNATION);
            }
        }
        try (TermAndVote again = TermAndVote.open(disk.crash(n -> false), Seals.OURS)) {
            FileFuzzTarget.check(again.term() == Math.max(term, HIGH_TERM), "the newest promise");
        }
        return true;
    }

    private static boolean identity(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(IdentityFile.NAME, file);
        try (IdentityFile found = IdentityFile.openAndCount(disk, "")) {
            FileFuzzTarget.check(
                    IdentityFile.read(disk.crash(n -> false)).equals(found.identity()), "the start that was counted");
        }
        return true;
    }

    private static boolean mark(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(DurableMark.NAME, file);
        try (DurableMark found = DurableMark.open(disk, Seals.OURS)) {
            found.read(0);
            found.write(7, 9);
            FileFuzzTarget.check(found.read(7) == 9, "the mark that was written");
        }
        return true;
    }

    private static boolean format(byte[] file) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(DataDirectory.FORMAT_FILE, file);
        DataDirectory.checkFormat(disk, disk.list());
        return true;
    }
}
