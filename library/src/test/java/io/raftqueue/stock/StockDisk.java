package io.raftqueue.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jgroups.protocols.raft.FileBasedLog;
import org.jgroups.protocols.raft.Log;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.raft.filelog.FileStorage;
import org.jgroups.raft.filelog.LogEntryStorage;
import org.jgroups.raft.filelog.MetadataStorage;
import org.jgroups.raft.util.LogCache;

/** Rows D1 to D11 on the engine's FileBasedLog. Each passes when the engine does what it must not, and says what. */
final class StockDisk {
    private static final int HEADER = 26;

    private StockDisk() {}

    private static void append(Log log, long from, long to, int bytes) {
        LogEntries entries = new LogEntries();
        for (long i = from; i <= to; i++) {
            entries.add(new LogEntry(1, ByteBuffer.allocate(bytes).putLong(i).array()));
        }
        log.append(from, entries);
    }

    private static Path entries(Path directory) {
        return directory.resolve("log/entries.raft");
    }

    /** An empty log on a full disk. */
    static FileBasedLog fullDisk(Path directory) throws Exception {
        Files.createDirectories(directory.resolve("log"));
        Path link = Files.createSymbolicLink(entries(directory), Path.of("/dev/full"));
        FileBasedLog log = StockServer.fileLog(directory);
        Files.delete(link);
        return log;
    }

    private static void flip(Path file, long at) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1));
            channel.write(one.rewind(), at);
        }
    }

    private static boolean calls(Class<?> owner, String method, String called) {
        JavaClass c = ArchConfiguration.withThreadLocalScope(configuration -> {
            configuration.setResolveMissingDependenciesFromClassPath(false); // only this one class is looked at
            return new ClassFileImporter()
                    .importUrl(owner.getResource(owner.getSimpleName() + ".class"))
                    .get(owner);
        });
        return c.getMethods().stream()
                .filter(m -> m.getName().equals(method))
                .flatMap(m -> m.getMethodCallsFromSelf().stream())
                .anyMatch(call -> call.getName().equals(called));
    }

    static String d1(Path directory) throws Exception {
        FileBasedLog log = StockServer.fileLog(directory);
        assertThat(log.useFsync()).as("the log's own default").isTrue();

        new StockServer("a", 1, log, "a");

        assertThat(log.useFsync()).isFalse();
        log.close();
        return "the log's own default is to force; after RAFT.start() it no longer does";
    }

    static String d2(Path directory) throws Exception {
        FileBasedLog log = fullDisk(directory);

        String printed = Quiet.run(() -> append(log, 1, 1, 8));

        assertThat(printed).contains("java.io.IOException");
        assertThat(log.lastAppended()).isZero();
        log.close();
        return "an append to a full disk returned as if nothing was wrong; the IOException was printed";
    }

    static String d3(Path directory) throws Exception {
        assertThat(calls(LogEntryStorage.class, "appendWithoutOverwriteCheck", "flush"))
                .as("the search finds the one flush there is")
                .isTrue();
        assertThat(calls(FileBasedLog.class, "writeSnapshot", "force")).isFalse();
        assertThat(calls(FileBasedLog.class, "setSnapshot", "force")).isFalse();
        assertThat(calls(FileStorage.class, "truncateFrom", "force")).isFalse();
        assertThat(calls(FileStorage.class, "truncateFrom", "flush")).isFalse();
        assertThat(calls(LogEntryStorage.class, "removeOld", "flush")).isFalse();
        assertThat(calls(MetadataStorage.class, "setVotedFor", "fsync")).isFalse();
        return "in its byte code: nothing forces the snapshot, the log that replaces the longer one, or a vote";
    }

    static String d4(Path directory) throws Exception {
        FileBasedLog log = new FileBasedLog() {
            @Override
            public void truncate(long index) {
                throw new IllegalStateException("power cut");
            }
        };
        log.init(directory.resolve("log").toString(), Map.of());
        StockServer a = new StockServer("a", 1, log, "a").leads(1);
        for (int i = 1; i <= 3; i++) {
            a.write(i);
            a.pump();
        }
        assertThat(a.state.values).containsExactly(1L, 2L, 3L);
        assertThatThrownBy(a::snapshotNow).hasMessage("power cut");
        a.log().close();

        StockServer again = new StockServer("a", 2, StockServer.fileLog(directory), "a");

        assertThat(again.state.values).containsExactly(1L, 2L, 3L, 1L, 2L, 3L);
        again.log().close();
        return "a power cut between snapshot and truncation: at the next start 3 entries were applied twice";
    }

    static String d5(Path directory) throws Exception {
        FileBasedLog log = StockServer.fileLog(directory);
        append(log, 1, 10, 8);
        log.close();

        flip(entries(directory), 3 * (HEADER + 8) + HEADER + 7);
        log = StockServer.fileLog(directory);
        assertThat(ByteBuffer.wrap(log.get(4).command()).getLong()).isEqualTo(5);
        assertThat(log.lastAppended()).isEqualTo(10);
        log.close();
        flip(entries(directory), 6 * (HEADER + 8));
        log = StockServer.fileLog(directory);
        assertThat(log.lastAppended()).isEqualTo(6);
        log.close();
        return "one bit flipped: entry 4 was served as 5; another one: 4 of 10 entries were gone, and nobody was told";
    }

    static String d6(Path directory) throws Exception {
        FileBasedLog log = StockServer.fileLog(directory);
        append(log, 1, 100, 10_000);
        log.commitIndex(100);
        Object before = Files.readAttributes(entries(directory), BasicFileAttributes.class)
                .fileKey();

        log.truncate(10);

        Object after = Files.readAttributes(entries(directory), BasicFileAttributes.class)
                .fileKey();
        assertThat(after).isNotEqualTo(before);
        long copied = Files.size(entries(directory));
        assertThat(copied).isGreaterThan(90 * 10_000);
        log.close();
        return "to drop 9 entries of 100 it wrote the other 91 to a new file";
    }

    static String d7(Path directory) throws Exception {
        FileBasedLog first = StockServer.fileLog(directory);
        FileBasedLog second = StockServer.fileLog(directory);
        append(first, 1, 3, 8);
        append(second, 1, 1, 16);
        first.close();
        second.close();

        FileBasedLog again = StockServer.fileLog(directory);

        assertThat(again.lastAppended()).isEqualTo(1);
        again.close();
        return "two opened one directory, and the second wrote over the three entries of the first";
    }

    static String d8(Path directory) throws Exception {
        FileBasedLog log = StockServer.fileLog(directory);
        LogCache cache = new LogCache(log, 1024);
        append(cache, 1, 1024, 10_000);
        assertThat(cache.cacheSize()).isEqualTo(1024);

        log.currentTerm(7);

        assertThat(cache.currentTerm()).isEqualTo(1);
        log.close();
        return "the cache kept 1,024 entries, 10 MB here, by number alone; it says term 1 when its log says 7";
    }

    static String d9(Path directory) throws Exception {
        FileBasedLog log = StockServer.fileLog(directory);
        append(log, 1, 5, 8);
        log.reinitializeTo(20, new LogEntry(1, null)); // as a follower does that installed a snapshot
        append(log, 21, 30, 8);
        assertThat(log.lastAppended()).isEqualTo(30);
        log.close();

        FileBasedLog again = StockServer.fileLog(directory);

        assertThat(again.lastAppended()).isZero();
        again.close();
        return "a follower that installed a snapshot of 20 and took 10 more has an empty log after its next start";
    }

    static String d10(Path directory) throws Exception {
        FileBasedLog log = StockServer.fileLog(directory);
        append(log, 1, 50, 5000);
        log.commitIndex(30);
        byte[] all = Files.readAllBytes(entries(directory));
        Files.write( // of a truncation that a crash ended before it was renamed
                directory.resolve("log/entries.raft.tmp"), Arrays.copyOfRange(all, 9 * (HEADER + 5000), all.length));
        log.deleteAllEntriesStartingFrom(31);
        log.truncate(20);
        assertThat(log.lastAppended()).isEqualTo(30);
        log.close();
        FileBasedLog again = StockServer.fileLog(directory);
        assertThat(again.lastAppended()).isEqualTo(50);
        again.close();

        Path second = directory.resolve("second");
        StockServer a = new StockServer("a", 1, StockServer.fileLog(second), "a").leads(1);
        a.write(1);
        a.pump();
        a.snapshotNow();
        a.log().close();
        Path snapshot = second.resolve("log/state_snapshot.raft");
        Files.write(snapshot, Arrays.copyOf(Files.readAllBytes(snapshot), 5)); // it was written in place
        assertThatThrownBy(() -> new StockServer("a", 2, StockServer.fileLog(second), "a"))
                .isInstanceOf(IOException.class);
        return "a left-over .tmp brought 20 entries back that had been cut; half a first snapshot: it cannot start";
    }

    static String d11(Path directory) throws Exception {
        FileBasedLog log = StockServer.fileLog(directory);
        append(log, 1, 3, 8);
        log.commitIndex(10); // its page reached the disk, the entries 4 to 10 did not
        log.close();

        StockServer a = new StockServer("a", 2, StockServer.fileLog(directory), "a").leads(1);
        CompletableFuture<byte[]> write = a.write(7);
        a.pump();

        assertThat(a.lastAppended()).isEqualTo(4);
        assertThat(a.commitIndex()).isEqualTo(10);
        assertThat(write).isNotDone();
        a.log().close();
        return "after a power cut its commit index is 10 and its log ends at 3: its write is never answered";
    }
}
