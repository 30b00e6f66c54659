package io.raftqueue.state;

import io.raftqueue.command.WireReader;
import io.raftqueue.command.WireWriter;
import java.util.Arrays;

/**
 * Sizes and times of the waiting messages of one queue, in a few kilobytes however many wait.
 *
 * <p>The backlog is cut into at most {@link #MAX_STRETCHES} stretches of neighbours; of each it is known how many
 * messages it holds, their bytes, and when the first was sent. A stretch takes {@code grain} messages. When there are
 * too many stretches the grain doubles and neighbours merge; when there are few it shrinks again. So short queues are
 * known message by message, and in long ones a message counts as the average of its stretch: sums over whole stretches
 * stay exact, and so does everything while sizes are alike. Integers only: equal histories give equal numbers.
 */
final class Backlog {
    static final int MAX_STRETCHES = 128;

    private long[] counts = new long[4];
    private long[] bytes = new long[4];
    private long[] sentAt = new long[4];
    private int first;
    private int stretches;
    private long grain = 1;

    private long messages;
    private long totalBytes;
    private long newestSentAt;

    long messages() {
        return messages;
    }

    long bytes() {
        return totalBytes;
    }

    /** When the oldest was sent, 0 when empty. */
    long oldestSentAt() {
        return stretches == 0 ? 0 : sentAt[first];
    }

    void add(long size, long sentAtMillis) {
        if (grain > 1 && stretches < MAX_STRETCHES / 4) {
            grain >>= 1;
        }
        if (stretches == MAX_STRETCHES && counts[at(stretches - 1)] >= grain) {
            coarsen();
        }
        if (stretches > 0 && counts[at(stretches - 1)] < grain) {
            int last = at(stretches - 1);
            counts[last]++;
            bytes[last] += size;
        } else {
            push(1, size, sentAtMillis);
        }
        messages++;
        totalBytes += size;
        newestSentAt = sentAtMillis;
    }

    /** Takes that many from the head; there are as many. */
    void remove(long count) {
        long left = count;
        messages -= count;
        while (left > 0) {
            if (counts[first] <= left) {
                left -= counts[first];
                totalBytes -= bytes[first];
                first = at(1);
                stretches--;
            } else {
                removeWithinFirst(left);
                left = 0;
            }
        }
        if (messages == 0) {
            clear();
        }
    }

    void clear() {
        first = 0;
        stretches = 0;
        grain = 1;
        messages = 0;
        totalBytes = 0;
        newestSentAt = 0;
    }

    void write(WireWriter out) {
        out.putVarint(stretches);
        if (stretches == 0) {
            return;
        }
        out.putByte(Long.numberOfTrailingZeros(grain));
        out.putSigned(newestSentAt);
        long previous = newestSentAt;
        for (int i = 0; i < stretches; i++) {
            int at = at(i);
            out.putVarint(counts[at]);
            out.putVarint(bytes[at]);
            out.putSigned(sentAt[at] - previous);
            previous = sentAt[at];
        }
    }

    static Backlog read(WireReader in) {
        Backlog backlog = new Backlog();
        int stretches = in.getCount(0, MAX_STRETCHES, 3, "number of stretches");
        if (stretches == 0) {
            return backlog;
        }
        int grainBits = in.getByte();
        if (grainBits > 62) {
            throw in.malformed("grain of 2^" + grainBits);
        }
        backlog.grain = 1L << grainBits;
        backlog.newestSentAt = in.getSigned();
        long previous = backlog.newestSentAt;
        for (int i = 0; i < stretches; i++) {
            long count = in.getVarint(1, Long.MAX_VALUE - backlog.messages, "messages of a stretch");
            long size = in.getVarint(0, Long.MAX_VALUE - backlog.totalBytes, "bytes of a stretch");
            previous += in.getSigned();
            backlog.push(count, size, previous);
            backlog.messages += count;
            backlog.totalBytes += size;
        }
        return backlog;
    }

    private void removeWithinFirst(long count) {
        long of = counts[first];
        long removedBytes = share(bytes[first], count, of);
        long sentAtBehind = stretches > 1 ? sentAt[at(1)] : newestSentAt;
        sentAt[first] += share(sentAtBehind - sentAt[first], count, of);
        counts[first] -= count;
        bytes[first] -= removedBytes;
        totalBytes -= removedBytes;
    }

    /** {@code total * count / of} without leaving the range of long. */
    private static long share(long total, long count, long of) {
        return Math.floorDiv(total, of) * count + Math.floorMod(total, of) * count / of;
    }

    private void coarsen() {
        do {
            grain <<= 1;
            int kept = 0;
            for (int i = 1; i < stretches; i++) {
                int from = at(i);
                int into = at(kept);
                if (counts[into] + counts[from] <= grain) {
                    counts[into] += counts[from];
                    bytes[into] += bytes[from];
                } else {
                    kept++;
                    into = at(kept);
                    counts[into] = counts[from];
                    bytes[into] = bytes[from];
                    sentAt[into] = sentAt[from];
                }
            }
            stretches = kept + 1;
        } while (stretches > MAX_STRETCHES / 2);
    }

    private void push(long count, long size, long sentAtMillis) {
        if (stretches == counts.length) {
            grow();
        }
        int last = at(stretches++);
        counts[last] = count;
        bytes[last] = size;
        sentAt[last] = sentAtMillis;
    }

    private void grow() {
        counts = doubled(counts);
        bytes = doubled(bytes);
        sentAt = doubled(sentAt);
        first = 0;
    }

    private long[] doubled(long[] ring) {
        long[] bigger = Arrays.copyOf(ring, ring.length * 2);
        System.arraycopy(ring, first, bigger, 0, ring.length - first);
        System.arraycopy(ring, 0, bigger, ring.length - first, first);
        return bigger;
    }

    /** Position in the rings, whose lengths are powers of two. */
    private int at(int stretch) {
        return (first + stretch) & (counts.length - 1);
    }
}
