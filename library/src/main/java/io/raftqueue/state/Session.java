package io.raftqueue.state;

import io.raftqueue.command.MalformedCommandException;
import io.raftqueue.command.Result;
import io.raftqueue.command.ResultCodec;
import io.raftqueue.command.WireReader;
import io.raftqueue.command.WireWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far the batches of one member have been applied, and the answers to the last of them. */
final class Session {
    private long epoch;
    private long lastSerial;

    /** Encoded, oldest first; the last one answers {@link #lastSerial}. */
    private final ArrayDeque<byte[]> answers = new ArrayDeque<>();

    private int answerBytes;

    Session(long epoch) {
        this.epoch = epoch;
    }

    long epoch() {
        return epoch;
    }

    long lastSerial() {
        return lastSerial;
    }

    /** A new start of the member, or its removal: nobody will ask for the answers of the epoch before. */
    void begin(long newEpoch) {
        epoch = newEpoch;
        lastSerial = 0;
        answers.clear();
        answerBytes = 0;
    }

    void answered(long serial, List<Result> results) {
        lastSerial = serial;
        keep(ResultCodec.encode(results));
    }

    /** The results of that serial of the epoch in force, or null when not or no longer kept. */
    @Nullable
    List<Result> answer(long serial) {
        long back = lastSerial - serial;
        if (back < 0 || back >= answers.size()) {
            return null;
        }
        Iterator<byte[]> newestFirst = answers.descendingIterator();
        for (long i = 0; i < back; i++) {
            newestFirst.next();
        }
        return ResultCodec.decode(newestFirst.next());
    }

    /** The results of all kept answers, oldest first. */
    List<Result> keptResults() {
        List<Result> kept = new ArrayList<>();
        answers.forEach(answer -> kept.addAll(ResultCodec.decode(answer)));
        return kept;
    }

    void write(WireWriter out) {
        out.putVarint(epoch);
        out.putVarint(lastSerial);
        out.putVarint(answers.size());
        for (byte[] answer : answers) {
            out.putVarint(answer.length);
            out.putBytes(answer);
        }
    }

    static Session read(WireReader in) {
        Session session = new Session(in.getVarint(0, Long.MAX_VALUE, "epoch"));
        session.lastSerial = in.getVarint(0, Long.MAX_VALUE, "last serial");
        int most = (int) Math.min(QueueState.KEPT_ANSWERS, session.lastSerial);
        int answers = in.getCount(Math.min(1, most), most, 2, "number of kept answers");
        for (int i = 0; i < answers; i++) {
            byte[] answer = in.getBytes("kept answer");
            try {
                ResultCodec.decode(answer);
            } catch (MalformedCommandException e) {
                throw in.malformed("kept answer that ends here: " + e.getMessage());
            }
            session.keep(answer);
        }
        if (session.answers.size() != answers) {
            throw in.malformed("more kept answers than the bounds allow");
        }
        return session;
    }

    private void keep(byte[] answer) {
        answers.add(answer);
        answerBytes += answer.length;
        while (answers.size() > QueueState.KEPT_ANSWERS
                || (answerBytes > QueueState.KEPT_ANSWER_BYTES && answers.size() > 1)) {
            answerBytes -= answers.remove().length;
        }
    }
}
