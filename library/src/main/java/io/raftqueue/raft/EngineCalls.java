package io.raftqueue.raft;

import io.raftqueue.OutcomeUnknownException;
import io.raftqueue.command.Result;
import io.raftqueue.command.ResultCodec;
import io.raftqueue.state.Outcome;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Entries proposed through {@code RaftHandle.setAsync} on the leader, until they are applied here. */
final class EngineCalls {
    private record Call(long term, CompletableFuture<byte[]> caller) {}

    private final Map<Long, Call> calls = new TreeMap<>();

    void add(long index, long term, CompletableFuture<byte[]> caller) {
        calls.put(index, new Call(term, caller));
    }

    void applied(long index, long term, Outcome outcome) {
        Call call = calls.isEmpty() ? null : calls.remove(index);
        if (call == null) {
            return;
        }
        if (call.term() != term) {
            call.caller().completeExceptionally(unknown());
            return;
        }
        List<Result> results = outcome instanceof Outcome.Applied a ? a.results() : List.of();
        call.caller().complete(ResultCodec.encode(results));
    }

    void deposed() {
        calls.values().forEach(c -> c.caller().completeExceptionally(unknown()));
        calls.clear();
    }

    private static OutcomeUnknownException unknown() {
        return new OutcomeUnknownException(
                "outcome unknown: this node stopped leading before the entry was committed; it"
                        + " may have been applied, or may still be");
    }
}
