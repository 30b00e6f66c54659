package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.consensus.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A small state machine over the log: entries send messages to a queue or take some from its head. Its own state is the
 * counters only, as the real one's; the bodies are the log's.
 */
final class QueueStory {
    /** Payload: u8 what, i64 queue, i32 count; a send then has the bodies as length and bytes. */
    static final BodyReader BODIES = (payload, slot) -> {
        ByteBuffer b = ByteBuffer.wrap(payload).position(13);
        for (int i = 0; i < slot; i++) {
            b.position(b.position() + 4 + b.getInt(b.position()));
        }
        byte[] body = new byte[b.getInt()];
        b.get(body);
        return body;
    };

    final SegmentedLog log;
    final TreeMap<Long, long[]> queues = new TreeMap<>();
    long applied;
    /** One of the three queues of mixed traffic; another one after each drop, for a uid is never used again. */
    long third = 3;

    QueueStory(SegmentedLog log) {
        this(log, log.lastIndex());
    }

    /** Applies what is there up to the committed index. */
    QueueStory(SegmentedLog log, long committed) {
        this.log = log;
        StoredSnapshot snapshot = log.snapshot();
        if (snapshot != null) {
            load(snapshot);
        }
        applyTo(committed);
    }

    void load(StoredSnapshot snapshot) {
        queues.clear();
        queues.putAll(decode(snapshot.state()));
        applied = snapshot.index();
    }

    static byte[] body(long queue, long id, int bytes) {
        byte[] body = new byte[bytes];
        byte[] text = ("q" + queue + " m" + id).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes; i++) {
            body[i] = text[i % text.length];
        }
        return body;
    }

    void send(long queue, int count, int bytes) {
        ByteBuffer b = ByteBuffer.allocate(13 + count * (4 + bytes));
        b.put((byte) 1).putLong(queue).putInt(count);
        long next = queues.containsKey(queue) ? queues.get(queue)[1] : 1;
        for (int i = 0; i < count; i++) {
            b.putInt(bytes).put(body(queue, next + i, bytes));
        }
        append(b.array());
    }

    void take(long queue, int count) {
        append(ByteBuffer.allocate(13)
                .put((byte) 2)
                .putLong(queue)
                .putInt(count)
                .array());
    }

    void dropThird() {
        drop(third);
        third += 10;
    }

    void drop(long queue) {
        append(ByteBuffer.allocate(13).put((byte) 3).putLong(queue).putInt(0).array());
    }

    private void append(byte[] payload) {
        long index = log.lastIndex() + 1;
        log.append(java.util.List.of(new Entry(index, Math.max(1, log.term()), false, index * 10, payload)));
        applyTo(index);
    }

    void applyTo(long last) {
        while (applied < last) {
            Entry entry = log.entry(applied + 1);
            assertThat(entry).as("entry %s", applied + 1).isNotNull();
            ByteBuffer b = ByteBuffer.wrap(entry.payload());
            byte what = b.get();
            long queue = b.getLong();
            int count = b.getInt();
            long[] figures = queues.computeIfAbsent(queue, q -> new long[] {1, 1});
            if (what == 1) {
                log.messages().stored(queue, figures[1], count, entry.index(), 0);
                figures[1] += count;
            } else if (what == 2) {
                long taken = Math.min(count, figures[1] - figures[0]);
                if (taken > 0) {
                    log.messages().removed(queue, figures[0], taken);
                    figures[0] += taken;
                }
            } else {
                log.messages().dropQueue(queue);
                queues.remove(queue);
            }
            applied++;
        }
    }

    void snapshot() {
        log.publish(draft());
    }

    SnapshotDraft draft() {
        return log.draftSnapshot(
                new StoredSnapshot(applied, log.termAt(applied), applied * 10, encode(queues), new byte[] {9}));
    }

    static byte[] encode(Map<Long, long[]> queues) {
        ByteBuffer b = ByteBuffer.allocate(24 * queues.size());
        queues.forEach((uid, figures) -> b.putLong(uid).putLong(figures[0]).putLong(figures[1]));
        return b.array();
    }

    static TreeMap<Long, long[]> decode(byte[] state) {
        TreeMap<Long, long[]> queues = new TreeMap<>();
        for (ByteBuffer b = ByteBuffer.wrap(state); b.hasRemaining(); ) {
            queues.put(b.getLong(), new long[] {b.getLong(), b.getLong()});
        }
        return queues;
    }

    long waiting() {
        return queues.values().stream().mapToLong(q -> q[1] - q[0]).sum();
    }

    /** Every waiting message has its body, and it is the right one. */
    void checkBodies(String story) {
        queues.forEach((uid, figures) -> {
            for (long id = figures[0]; id < figures[1]; id++) {
                byte[] body = log.body(uid, id);
                assertThat(body)
                        .as("%s: body of message %s in queue %s", story, id, uid)
                        .isNotNull();
                if (!Arrays.equals(body, body(uid, id, body.length))) {
                    throw new AssertionError(story + ": message " + id + " of queue " + uid + " has another's body: "
                            + new String(body, StandardCharsets.US_ASCII));
                }
            }
        });
    }

    /** One step of mixed traffic. */
    void step(Random random) {
        long queue = random.nextInt(3) == 0 ? third : 1 + random.nextInt(2);
        int choice = random.nextInt(100);
        if (choice < 45) {
            send(queue, 1 + random.nextInt(5), 8 + random.nextInt(200));
        } else if (choice < 78) {
            take(queue, 1 + random.nextInt(6));
        } else if (choice < 88) {
            log.sync();
        } else if (choice < 94) {
            snapshot();
        } else {
            log.reclaim();
        }
    }
}
