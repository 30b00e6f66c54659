package io.raftqueue.log;

import io.raftqueue.log.disk.DiskFile;
import io.raftqueue.log.disk.DryRunDirectory;
import io.raftqueue.log.disk.NioDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks at a data directory without changing it, for {@code log verify} and {@code log dump}. Best on a stopped node: what
 * a running one is just writing may look torn.
 */
public final class LogInspector {
    private static final int DUMPED_BYTES = 24;
    private static final String JUST_BEGUN = "no node yet: the first start ended before it wrote anything else";

    private final DryRunDirectory disk;

    private LogInspector(DryRunDirectory disk) {
        this.disk = disk;
    }

    public static LogInspector of(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString(), null, "there is no such directory");
        }
        return new LogInspector(new DryRunDirectory(NioDirectory.open(directory)));
    }

    /** For a directory that is not on this machine's file system. */
    static LogInspector of(io.raftqueue.log.disk.DiskDirectory directory) {
        return new LogInspector(new DryRunDirectory(directory));
    }

    /**
     * What was found.
     *
     * @param whole a node would start from this directory, and every record in it is as it was written
     * @param lines for people: what is there, and what is wrong
     */
    public record Report(boolean whole, List<String> lines) {
        public Report {
            lines = List.copyOf(lines);
        }
    }

    /** Does all that a start does, and reads every record besides. */
    public Report verify() {
        List<String> lines = new ArrayList<>();
        try {
            if (isJustBegun()) {
                return new Report(true, List.of(JUST_BEGUN));
            }
            NodeIdentity identity = identity(lines);
            LogParts parts =
                    new LogParts(disk, identity.incarnation(), options(), (payload, slot) -> payload, task -> {});
            try {
                describe(parts, lines);
                long records = 0;
                for (Segment segment : segments(parts)) {
                    records += check(segment, parts);
                }
                lines.add("whole: " + records + " records read");
            } finally {
                parts.close(null);
            }
            return new Report(true, lines);
        } catch (LogException | IOException e) {
            lines.add("DAMAGED: " + e.getMessage());
            return new Report(false, lines);
        }
    }

    private static LogOptions options() {
        return LogOptions.defaults().withTailCacheBytes(0);
    }

    /** Whether the first start ended before the directory was a node's. */
    private boolean isJustBegun() throws IOException {
        List<String> names = disk.list();
        if (names.contains(IdentityFile.NAME) || !names.contains(DataDirectory.FORMAT_FILE)) {
            return false;
        }
        DataDirectory.checkFormat(disk, names);
        DataDirectory.checkUnused(disk, names);
        return true;
    }

    private NodeIdentity identity(List<String> lines) throws IOException {
        List<String> names = disk.list();
        DataDirectory.checkFormat(disk, names);
        if (!names.contains(IdentityFile.NAME)) {
            throw new WrongDirectoryException(disk.path() + " is no data directory: it has no " + IdentityFile.NAME);
        }
        NodeIdentity identity = IdentityFile.read(disk);
        DataDirectory.checkPromises(disk, identity);
        lines.add("node " + identity.name() + ", incarnation " + identity.incarnation() + ", started "
                + identity.epoch() + " times, "
                + (identity.clusterId() == null ? "in no cluster" : "cluster " + identity.clusterId()));
        return identity;
    }

    private static void describe(LogParts parts, List<String> lines) {
        lines.add("term " + parts.state.term() + ", "
                + (parts.state.vote() == null ? "no vote" : "voted for " + parts.state.vote()));
        SnapshotFile snapshot = parts.snapshots.newest();
        lines.add(
                snapshot.snapshot().index() == 0
                        ? "no snapshot"
                        : "snapshot of entry " + snapshot.snapshot().index() + ", term "
                                + snapshot.snapshot().term() + ", state of "
                                + snapshot.snapshot().state().length + " bytes, "
                                + snapshot.queues().stream()
                                        .mapToLong(q -> q.next() - q.head())
                                        .sum()
                                + " messages waiting in " + snapshot.queues().size() + " queues");
        long first = parts.segments.firstContiguous();
        lines.add(
                first == 0
                        ? "no entries after " + parts.writer.written()
                        : "entries " + first + " to " + parts.writer.written());
        if (parts.cutOff != null) {
            lines.add("torn: " + parts.cutOff);
        }
    }

    private static List<Segment> segments(LogParts parts) {
        List<Segment> all = new ArrayList<>(List.of(parts.segments.all()));
        parts.carried.all().forEach(file -> all.add(file.segment()));
        return all;
    }

    private long check(Segment segment, LogParts parts) throws IOException {
        long records = 0;
        SegmentCursor cursor = cursor(segment, parts);
        for (long i = segment.firstIndex(); !segment.isEmpty() && i <= segment.lastIndex(); i++) {
            if (cursor.next() != SegmentCursor.Found.RECORD || cursor.entry().index() != i) {
                throw new DamagedLogException(
                        disk.path(), segment.name(), cursor.recordStart(), "record " + i + ": " + cursor.why(), null);
            }
            records++;
        }
        return records;
    }

    private static SegmentCursor cursor(Segment segment, LogParts parts) throws IOException {
        DiskFile file = segment.file();
        return new SegmentCursor(
                file, SegmentHeader.BYTES, Math.min(segment.capacity(), file.size()), parts.checksum, 1 << 20);
    }

    /** One line for each record, in the order of the files; ends early at damage, with a line that says so. */
    public void dump(Consumer<String> out) {
        List<String> lines = new ArrayList<>();
        try {
            if (isJustBegun()) {
                out.accept(JUST_BEGUN);
                return;
            }
            NodeIdentity identity = identity(lines);
            LogParts parts =
                    new LogParts(disk, identity.incarnation(), options(), (payload, slot) -> payload, task -> {});
            try {
                describe(parts, lines);
                lines.forEach(out);
                for (Segment segment : segments(parts)) {
                    out.accept(segment.name() + ", " + segment.capacity() + " bytes");
                    dump(segment, parts, out);
                }
            } finally {
                parts.close(null);
            }
        } catch (LogException | IOException e) {
            lines.forEach(out);
            out.accept("DAMAGED: " + e.getMessage());
        }
    }

    private static void dump(Segment segment, LogParts parts, Consumer<String> out) throws IOException {
        SegmentCursor cursor = cursor(segment, parts);
        while (!segment.isEmpty() && cursor.recordStart() < segment.end()) {
            SegmentCursor.Found found = cursor.next();
            if (found != SegmentCursor.Found.RECORD) {
                break;
            }
            RecordFormat.Header header = cursor.header();
            byte[] payload = cursor.entry().payload();
            out.accept("  " + cursor.recordStart() + ": entry " + header.index() + ", term " + header.term() + ", time "
                    + header.time() + (cursor.entry().internal() ? ", internal" : "") + ", " + payload.length
                    + " bytes " + HexFormat.of().formatHex(payload, 0, Math.min(DUMPED_BYTES, payload.length)));
            if (header.index() == segment.lastIndex()) {
                break;
            }
        }
    }
}
