package io.raftqueue.raft;

import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.HelloAnswer;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A join or removal that the leader is at work on, and how far it is. Owned by the raft thread. */
final class MembershipTask {
    /** Sent again, a request has the same key. */
    record Key(UUID requester, long requestId) {}

    final Key key;
    final String replyTo;
    final Admin request;
    final long since;
    final long deadline;

    @Nullable
    UUID incarnation;

    @Nullable
    HelloAnswer heard;

    boolean dialled;
    long dialledAt;
    /** A change was appended for it; whether it is committed is another matter. */
    boolean begun;

    MembershipTask(Key key, String replyTo, Admin request, long now) {
        this.key = key;
        this.replyTo = replyTo;
        this.request = request;
        this.since = now;
        this.deadline = now + TimeUnit.MILLISECONDS.toNanos(request.timeoutMillis());
    }
}
