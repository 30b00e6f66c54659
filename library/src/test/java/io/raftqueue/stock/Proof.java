package io.raftqueue.stock;

import java.nio.file.Path;

/**
 * One side of a row of the table: a directed schedule that throws when it does not come out.
 *
 * @param where it stands, for the reader
 * @param schedule is played on an empty directory
 */
public record Proof(String where, Schedule schedule) {
    /** Says in a few words what was seen. */
    @FunctionalInterface
    public interface Schedule {
        String play(Path directory) throws Exception;
    }

    /** A schedule that has nothing to say but that it came out. */
    @FunctionalInterface
    public interface Check {
        void play() throws Exception;
    }

    /** As {@link Check}, with a directory. */
    @FunctionalInterface
    public interface DirectoryCheck {
        void play(Path directory) throws Exception;
    }

    public static Proof of(String where, Check check) {
        return new Proof(where, directory -> {
            check.play();
            return where;
        });
    }

    public static Proof on(String where, DirectoryCheck check) {
        return new Proof(where, directory -> {
            check.play(directory);
            return where;
        });
    }
}
