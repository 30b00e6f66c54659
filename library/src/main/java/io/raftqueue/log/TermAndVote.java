package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The file {@value #NAME}: what this node has promised, and whether a cut of the log is under way. A {@link SlotFile} with
 *
 * <pre>
 *  0  i64  term, never less than any written before
 *  8  u8   1 = voted in this term
 *  9  16   incarnation of the member voted for, else zeros
 * 25  i64  first index of a cut under way, 0 = none: recovery finishes it
 * 33  i64  generation: grows with each cut and each installed snapshot
 * </pre>
 */
final class TermAndVote implements AutoCloseable {
    static final String NAME = "raft-state";
    static final int MAGIC = 0x52515601;
    private static final int BYTES = 41;

    private final SlotFile file;
    private long term;
    private @Nullable UUID vote;
    private long cutFrom;
    private volatile long generation;

    private TermAndVote(SlotFile file) {
        this.file = file;
    }

    static TermAndVote create(DiskDirectory disk, Checksum checksum) throws IOException {
        return new TermAndVote(SlotFile.create(disk, NAME, MAGIC, checksum, encode(0, null, 0, 0)));
    }

    static TermAndVote open(DiskDirectory disk, Checksum checksum) throws IOException {
        TermAndVote state = new TermAndVote(SlotFile.open(disk, NAME, MAGIC, checksum));
        byte[] content = state.file.content();
        if (content.length != BYTES) {
            state.close();
            throw new DamagedLogException(disk.path(), NAME, 0, "its record has " + content.length + " bytes", null);
        }
        ByteBuffer b = ByteBuffer.wrap(content);
        state.term = b.getLong();
        boolean voted = b.get() != 0;
        UUID candidate = new UUID(b.getLong(), b.getLong());
        state.vote = voted ? candidate : null;
        state.cutFrom = b.getLong();
        state.generation = b.getLong();
        return state;
    }

    private static byte[] encode(long term, @Nullable UUID vote, long cutFrom, long generation) {
        UUID candidate = vote == null ? new UUID(0, 0) : vote;
        return ByteBuffer.allocate(BYTES)
                .putLong(term)
                .put((byte) (vote == null ? 0 : 1))
                .putLong(candidate.getMostSignificantBits())
                .putLong(candidate.getLeastSignificantBits())
                .putLong(cutFrom)
                .putLong(generation)
                .array();
    }

    long term() {
        return term;
    }

    @Nullable
    UUID vote() {
        return vote;
    }

    long cutFrom() {
        return cutFrom;
    }

    long generation() {
        return generation;
    }

    void save(long newTerm, @Nullable UUID newVote) throws IOException {
        if (newTerm < term) {
            throw new IllegalArgumentException("term " + newTerm + " is older than the promised term " + term);
        }
        if (newTerm == term && vote != null && !vote.equals(newVote)) {
            throw new IllegalArgumentException(
                    "already voted for " + vote + " in term " + term + ", not for " + newVote);
        }
        file.write(encode(newTerm, newVote, cutFrom, generation));
        term = newTerm;
        vote = newVote;
    }

    /** Announces a cut: from now on recovery finishes it, and marks of durable entries written before are void. */
    void beginCut(long index) throws IOException {
        long next = generation + 1;
        file.write(encode(term, vote, index, next));
        cutFrom = index;
        generation = next;
    }

    void endCut() throws IOException {
        file.write(encode(term, vote, 0, generation));
        cutFrom = 0;
    }

    /** Voids the marks written before, for the log is about to be replaced. */
    void nextGeneration() throws IOException {
        long next = generation + 1;
        file.write(encode(term, vote, cutFrom, next));
        generation = next;
    }

    @Override
    public void close() {
        file.close();
    }
}
