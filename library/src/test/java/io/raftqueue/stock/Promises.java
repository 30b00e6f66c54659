package io.raftqueue.stock;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What Raft promises, whatever the engine; what is broken becomes a verdict. */
public final class Promises {
    private final List<Long> agreed = new ArrayList<>();
    private final Map<Long, String> leaders = new HashMap<>();
    private final List<Long> acked = new ArrayList<>();
    private final List<String> verdicts = new ArrayList<>();
    private long ackedPlaces;
    private int answeredReads;

    public List<String> verdicts() {
        return verdicts;
    }

    public int acked() {
        return acked.size();
    }

    public int answeredReads() {
        return answeredReads;
    }

    public void wrong(String what) {
        verdicts.add(what);
    }

    /** All servers apply the same values in the same order. */
    public void applied(String server, int place, long value) {
        if (place > agreed.size()) {
            agreed.add(value);
        } else if (agreed.get(place - 1) != value) {
            wrong("agreement: " + server + " applies " + value + " as number " + place + ", another applied "
                    + agreed.get(place - 1));
        }
    }

    /** One leader per term. */
    public void leads(String server, long term) {
        String other = leaders.putIfAbsent(term, server);
        if (other != null && !other.equals(server)) {
            wrong("election: " + server + " leads term " + term + ", and so does " + other);
        }
    }

    public void acked(long value, long place) {
        acked.add(value);
        ackedPlaces = Math.max(ackedPlaces, place);
    }

    /** What a read that is called now must see. */
    public long readCalled() {
        return ackedPlaces;
    }

    public void readAnswered(long called, long count) {
        answeredReads++;
        if (count < called) {
            wrong("stale read: saw " + count + " writes, " + called + " were acked before it was called");
        }
    }

    /** Nothing acked is lost. */
    public void atTheEnd(List<Long> values) {
        for (long value : acked) {
            if (!values.contains(value)) {
                wrong("lost: " + value + " was acked and is not there at the end");
            }
        }
    }
}
