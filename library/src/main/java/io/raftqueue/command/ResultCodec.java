package io.raftqueue.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The wire format of the results of one batch, as the state keeps them for its sessions:
 *
 * <pre>
 * version   byte     1
 * results   varint   how many
 * runs      until that many are read:
 *             tag    byte: 1 Sent, 2 Taken, 3 Purged, 4 Configured, 5 Deleted, 6 Refused
 *             Sent: varint firstId, varint count; Taken: varint queueUid, varint firstId, varint count;
 *             Purged: varint count; Deleted: byte 0 or 1; Refused: byte 1 QUEUE_FULL, 2 TOO_MANY_QUEUES, 3 NO_SUCH_QUEUE
 *             varint how many more results like this one follow: Sent and Taken with the ids that come next, all
 *             others equal
 * </pre>
 *
 * Runs are as long as they can be, so that the answer of 64 sends in a row takes a few bytes.
 */
public final class ResultCodec {
    public static final int VERSION = 1;

    private static final int SENT = 1;
    private static final int TAKEN = 2;
    private static final int PURGED = 3;
    private static final int CONFIGURED = 4;
    private static final int DELETED = 5;
    private static final int REFUSED = 6;

    private ResultCodec() {}

    public static byte[] encode(List<Result> results) {
        ResultRuns runs = ResultRuns.of(results);
        WireWriter out = new WireWriter(32);
        out.putByte(VERSION);
        out.putVarint(runs.size());
        for (int run = 0; run < runs.runs(); run++) {
            write(runs.firstOfRun(run), out);
            out.putVarint(runs.lengthOfRun(run) - 1);
        }
        return out.toByteArray();
    }

    /**
     * Reads all of {@code bytes}, or throws {@link MalformedCommandException}. A few bytes may tell of {@value
     * CommandCodec#MAX_COMMANDS} results: the list makes each when it is asked for.
     */
    public static List<Result> decode(byte[] bytes) {
        WireReader in = new WireReader("results", bytes);
        int version = in.getByte();
        if (version != VERSION) {
            throw in.malformed("version " + version + " is not read by this release");
        }
        int count = (int) in.getVarint(1, CommandCodec.MAX_COMMANDS, "number of results");
        ResultRuns results = new ResultRuns();
        @Nullable Result previous = null;
        while (results.size() < count) {
            Result first = read(in);
            if (previous != null && first.equals(ResultRuns.following(previous, 1))) {
                throw in.malformed("a run of results cut in two");
            }
            int more = (int) in.getVarint(0, count - results.size() - 1, "length of a run of results");
            previous = ResultRuns.following(first, more);
            if (previous == null) {
                throw in.malformed("a run of results past the last id");
            }
            results.addRun(first, more + 1);
        }
        in.end();
        return results;
    }

    private static void write(Result result, WireWriter out) {
        if (result instanceof Result.Sent sent) {
            out.putByte(SENT);
            out.putVarint(sent.firstId());
            out.putVarint(sent.count());
        } else if (result instanceof Result.Taken taken) {
            out.putByte(TAKEN);
            out.putVarint(taken.queueUid());
            out.putVarint(taken.firstId());
            out.putVarint(taken.count());
        } else if (result instanceof Result.Purged purged) {
            out.putByte(PURGED);
            out.putVarint(purged.count());
        } else if (result instanceof Result.Configured) {
            out.putByte(CONFIGURED);
        } else if (result instanceof Result.Deleted deleted) {
            out.putByte(DELETED);
            out.putByte(deleted.existed() ? 1 : 0);
        } else if (result instanceof Result.Refused refused) {
            out.putByte(REFUSED);
            out.putByte(number(refused.why()));
        }
    }

    private static Result read(WireReader in) {
        int tag = in.getByte();
        return switch (tag) {
            case SENT ->
                new Result.Sent(
                        in.getVarint(0, Long.MAX_VALUE, "id"), (int) in.getVarint(0, Integer.MAX_VALUE, "count"));
            case TAKEN ->
                new Result.Taken(
                        in.getVarint(0, Long.MAX_VALUE, "queue uid"), in.getVarint(0, Long.MAX_VALUE, "id"), (int)
                                in.getVarint(0, Integer.MAX_VALUE, "count"));
            case PURGED -> new Result.Purged(in.getVarint(0, Long.MAX_VALUE, "count"));
            case CONFIGURED -> new Result.Configured();
            case DELETED -> new Result.Deleted(readBoolean(in));
            case REFUSED -> new Result.Refused(readRefusal(in));
            default -> throw in.malformed("result tag " + tag + " is not known to this release");
        };
    }

    private static boolean readBoolean(WireReader in) {
        int value = in.getByte();
        if (value > 1) {
            throw in.malformed("neither yes nor no: " + value);
        }
        return value == 1;
    }

    /** The numbers are on disk: not the ordinals. */
    private static int number(Result.Refusal refusal) {
        return switch (refusal) {
            case QUEUE_FULL -> 1;
            case TOO_MANY_QUEUES -> 2;
            case NO_SUCH_QUEUE -> 3;
        };
    }

    private static Result.Refusal readRefusal(WireReader in) {
        int number = in.getByte();
        return switch (number) {
            case 1 -> Result.Refusal.QUEUE_FULL;
            case 2 -> Result.Refusal.TOO_MANY_QUEUES;
            case 3 -> Result.Refusal.NO_SUCH_QUEUE;
            default -> throw in.malformed("refusal " + number + " is not known to this release");
        };
    }
}
