package io.raftqueue.jmx;

import io.raftqueue.QueueSettings;
import io.raftqueue.QueueStats;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.codec.PayloadCodec;
import java.util.List;
import java.util.function.ToLongFunction;

/** {@link QueueMXBean} over the API. */
final class QueueBean implements QueueMXBean {
    private static final int MOST_SHOWN = 1_000;

    private final RaftNode node;
    private final String name;
    private final RaftQueue<EncodedMessage> queue;
    private final Rate sending = new Rate();
    private final Rate taking = new Rate();

    QueueBean(RaftNode node, String name) {
        this.node = node;
        this.name = name;
        this.queue = node.queue(name, PayloadCodec.raw());
    }

    /** Zero once the queue is deleted: the bean goes a moment later. */
    private long figure(ToLongFunction<QueueStats> what) {
        QueueStats stats = node.queueStats(name);
        return stats == null ? 0 : what.applyAsLong(stats);
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public long getDepth() {
        return figure(QueueStats::depth);
    }

    @Override
    public long getBytes() {
        return figure(QueueStats::bytes);
    }

    @Override
    public long getInFlight() {
        return figure(QueueStats::inFlight);
    }

    @Override
    public long getOldestAgeMillis() {
        return figure(QueueStats::oldestAgeMillis);
    }

    @Override
    public long getSent() {
        return figure(QueueStats::sent);
    }

    @Override
    public long getTaken() {
        return figure(QueueStats::taken);
    }

    @Override
    public long getPurged() {
        return figure(QueueStats::purged);
    }

    @Override
    public long getRefused() {
        return figure(QueueStats::refused);
    }

    @Override
    public double getSentPerSecond() {
        return sending.perSecond(System.nanoTime(), getSent());
    }

    @Override
    public double getTakenPerSecond() {
        return taking.perSecond(System.nanoTime(), getTaken());
    }

    @Override
    public long getMaxMessages() {
        return figure(stats -> stats.settings().maxMessages());
    }

    @Override
    public long getMaxBytes() {
        return figure(stats -> stats.settings().maxBytes());
    }

    @Override
    public List<MessageRow> browse(int n) {
        if (n < 1 || n > MOST_SHOWN) {
            throw new IllegalArgumentException("n is " + n + ": it is 1 to " + MOST_SHOWN);
        }
        return PlainErrors.call(() -> queue.browse(n)).stream()
                .map(message -> MessageRow.of(message.payload()))
                .toList();
    }

    @Override
    public long purge() {
        return PlainErrors.call(queue::purge);
    }

    @Override
    public String changeSetting(String name, String value) {
        long limit = limit(name, value);
        QueueSettings changed = switch (name) {
            case "maxMessages" -> new QueueSettings(limit, getMaxBytes());
            case "maxBytes" -> new QueueSettings(getMaxMessages(), limit);
            default ->
                throw new IllegalArgumentException(
                        "there is no setting \"" + name + "\": it is maxMessages or maxBytes");
        };
        PlainErrors.join(() -> node.configureQueue(this.name, changed));
        return name + " of queue " + this.name + " is " + limit + " now, on all members";
    }

    private static long limit(String name, String value) {
        try {
            long limit = Long.parseLong(value.trim());
            if (limit >= 0) {
                return limit;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    name + " cannot be \"" + value + "\": it is a whole number, 0 for no limit", e);
        }
        throw new IllegalArgumentException(name + " cannot be " + value + ": it is 0 (no limit) or more");
    }
}
