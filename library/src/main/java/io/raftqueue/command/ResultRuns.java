package io.raftqueue.command;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Results as {@link ResultCodec} writes them: runs of results that follow from their first. A run takes the same few bytes
 * however long it is, and so what was read never takes more memory than its bytes justify.
 */
final class ResultRuns extends AbstractList<Result> implements RandomAccess {
    /**
     * The results {@code from, from + 1, …} of the list, up to the next run.
     *
     * @param first the one at {@code from}
     */
    private record Run(int from, Result first) {}

    private final List<Run> runs = new ArrayList<>();
    private int size;

    ResultRuns() {}

    /** In runs that are as long as they can be. */
    static ResultRuns of(List<Result> results) {
        if (results instanceof ResultRuns already) {
            return already;
        }
        ResultRuns runs = new ResultRuns();
        for (int i = 0; i < results.size(); ) {
            Result first = results.get(i);
            Result last = first;
            int length = 1;
            while (i + length < results.size() && results.get(i + length).equals(following(last, 1))) {
                last = results.get(i + length);
                length++;
            }
            runs.addRun(first, length);
            i += length;
        }
        return runs;
    }

    /** The result {@code ahead} places behind this one in a run; null when there can be none. */
    static @Nullable Result following(Result result, int ahead) {
        if (result instanceof Result.Sent sent) {
            long id = sent.firstId() + (long) sent.count() * ahead;
            return id < 0 ? null : new Result.Sent(id, sent.count());
        } else if (result instanceof Result.Taken taken) {
            long id = taken.firstId() + (long) taken.count() * ahead;
            return id < 0 ? null : new Result.Taken(taken.queueUid(), id, taken.count());
        }
        return result;
    }

    /** All of them must be possible, see {@link #following}. */
    void addRun(Result first, int length) {
        runs.add(new Run(size, first));
        size += length;
    }

    int runs() {
        return runs.size();
    }

    Result firstOfRun(int run) {
        return runs.get(run).first;
    }

    int lengthOfRun(int run) {
        return (run + 1 < runs.size() ? runs.get(run + 1).from : size) - runs.get(run).from;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Result get(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("no result " + index + " among " + size);
        }
        int low = 0;
        int high = runs.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (runs.get(middle).from <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Run run = runs.get(low);
        Result result = following(run.first, index - run.from);
        if (result == null) {
            throw new IllegalStateException("a run from " + run.first + " is too long to have been read");
        }
        return result;
    }
}
