package io.raftqueue.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether a history of sends and takes of one queue can be explained by a first-in-first-out queue (Henzinger, Sezgin,
 * Vafeiadis: Aspect-oriented linearizability proofs, 2013). Exact for unique values, O(n log n). Times are any numbers
 * that grow; each operation has the time of its call and of its return. Take everything out at the end, or loss hides.
 */
public final class FifoChecker {
    private static final long NEVER = Long.MAX_VALUE;

    private record Send(long value, long called, long returned) {}

    private record Take(long value, long called, long returned) {}

    private record Interval(long from, long to) {}

    private final List<Send> sends = new ArrayList<>();
    private final List<Take> takes = new ArrayList<>();
    private final List<Interval> empties = new ArrayList<>();
    private int unknownTakes;

    /** A send that was acknowledged. */
    public void sent(long value, long called, long returned) {
        sends.add(new Send(value, called, returned));
    }

    /** A send whose outcome is unknown: it may be in the queue or not. */
    public void maybeSent(long value, long called) {
        sends.add(new Send(value, called, NEVER));
    }

    /** A take that returned a value. */
    public void taken(long value, long called, long returned) {
        takes.add(new Take(value, called, returned));
    }

    /** A take, or a look, that found the queue empty. */
    public void foundEmpty(long called, long returned) {
        empties.add(new Interval(called, returned));
    }

    /** A take whose outcome is unknown: it may explain one missing message. */
    public void maybeTaken() {
        unknownTakes++;
    }

    public int operations() {
        return sends.size() + takes.size() + empties.size() + unknownTakes;
    }

    /** What is wrong with the history; empty when nothing is. */
    public List<String> verdicts() {
        List<String> wrong = new ArrayList<>();
        Map<Long, Take> takeOf = takesByValue(wrong);
        List<Send> missing = new ArrayList<>();
        List<Send> seen = new ArrayList<>();
        for (Send s : sends) {
            if (takeOf.containsKey(s.value())) {
                seen.add(s);
            } else if (s.returned() != NEVER) {
                missing.add(s);
            }
        }
        if (missing.size() > unknownTakes) {
            wrong.add("lost: " + missing.size() + " acknowledged messages never came out (" + unknownTakes
                    + " takes have an unknown outcome), the first is " + missing.get(0));
        }
        checkOrder(seen, takeOf, wrong);
        checkEmpty(seen, missing.size() > unknownTakes ? missing : List.of(), takeOf, wrong);
        return wrong;
    }

    private Map<Long, Take> takesByValue(List<String> wrong) {
        Map<Long, Send> sendOf = new HashMap<>();
        for (Send s : sends) {
            if (sendOf.put(s.value(), s) != null) {
                throw new IllegalArgumentException("value " + s.value() + " was sent twice: values must be unique");
            }
        }
        Map<Long, Take> takeOf = new HashMap<>();
        Set<Long> repeated = new HashSet<>();
        for (Take t : takes) {
            Send s = sendOf.get(t.value());
            if (s == null || t.returned() < s.called()) {
                wrong.add("fresh: " + t + " came out before it was sent: " + s);
            }
            Take other = takeOf.putIfAbsent(t.value(), t);
            if (other != null && repeated.add(t.value())) {
                wrong.add("doubled: " + t + " came out before in " + other);
            }
        }
        return takeOf;
    }

    /** Wrong: a was in the queue before b was sent, and b was out before a's take began. */
    private static void checkOrder(List<Send> seen, Map<Long, Take> takeOf, List<String> wrong) {
        List<Send> byReturn = new ArrayList<>(seen);
        byReturn.sort(Comparator.comparingLong(Send::returned));
        long[] returned = new long[byReturn.size()];
        Send[] latest = new Send[byReturn.size()];
        for (int i = 0; i < returned.length; i++) {
            Send s = byReturn.get(i);
            returned[i] = s.returned();
            boolean later = i == 0 || takeCall(s, takeOf) > takeCall(latest[i - 1], takeOf);
            latest[i] = later ? s : latest[i - 1];
        }
        for (Send b : seen) {
            Take takeB = takeOf.get(b.value());
            int before = lowerBound(returned, b.called()) - 1;
            if (before >= 0 && takeB != null && takeCall(latest[before], takeOf) > takeB.returned()) {
                Send a = latest[before];
                wrong.add("order: " + a + " was sent before " + b + ", but came out after it: " + takeOf.get(a.value())
                        + " after " + takeB);
                return;
            }
        }
    }

    /** Wrong: found empty while at every moment some message was surely in the queue. */
    private void checkEmpty(List<Send> seen, List<Send> missing, Map<Long, Take> takeOf, List<String> wrong) {
        List<Interval> full = new ArrayList<>();
        for (List<Send> list : List.of(seen, missing)) {
            for (Send s : list) {
                long until = takeCall(s, takeOf);
                if (s.returned() < until) {
                    full.add(new Interval(s.returned(), until));
                }
            }
        }
        full.sort(Comparator.comparingLong(Interval::from));
        List<Interval> union = new ArrayList<>();
        for (Interval i : full) {
            Interval last = union.isEmpty() ? null : union.get(union.size() - 1);
            if (last != null && i.from() < last.to()) {
                union.set(union.size() - 1, new Interval(last.from(), Math.max(last.to(), i.to())));
            } else {
                union.add(i);
            }
        }
        long[] starts = union.stream().mapToLong(Interval::from).toArray();
        for (Interval e : empties) {
            int at = lowerBound(starts, e.from()) - 1;
            if (at >= 0 && union.get(at).to() > e.to()) {
                wrong.add("empty: found empty in " + e + ", though it was never empty in " + union.get(at));
                return;
            }
        }
    }

    private static long takeCall(Send s, Map<Long, Take> takeOf) {
        Take t = takeOf.get(s.value());
        return t == null ? NEVER : t.called();
    }

    /** How many of the sorted numbers are smaller. */
    private static int lowerBound(long[] sorted, long value) {
        int at = Arrays.binarySearch(sorted, value);
        while (at > 0 && sorted[at - 1] == value) {
            at--;
        }
        return at >= 0 ? at : -at - 1;
    }
}
