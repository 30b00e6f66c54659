package io.raftqueue.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Data directories that are given up. */
final class AbandonedData {
    private AbandonedData() {}

    /** Moves what a node wrote into a sub-directory, where no node reads it; nothing is deleted. */
    static void setAside(Path directory, @Nullable UUID clusterId) {
        String name = "abandoned-" + (clusterId == null ? "data" : clusterId);
        try {
            Path target = Files.createDirectories(directory.resolve(name));
            for (Path file : files(directory)) {
                String fileName = String.valueOf(file.getFileName());
                // The lock is held, by its file, until the node is closed.
                if (!fileName.startsWith("abandoned-") && !fileName.equals("LOCK")) {
                    Files.move(file, target.resolve(fileName));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot set aside the data in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    /** Deletes a directory with all that is in it. */
    static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory + ": " + e.getMessage(), e);
        }
    }
}
