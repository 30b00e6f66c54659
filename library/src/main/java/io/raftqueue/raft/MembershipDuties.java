package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.ConfigurationRefusedException;
import io.raftqueue.consensus.FollowerStatus;
import io.raftqueue.consensus.Member;
import io.raftqueue.raft.PeerMessage.Admin;
import io.raftqueue.raft.PeerMessage.AdminAnswer;
import io.raftqueue.raft.PeerMessage.AdminAnswer.Outcome;
import io.raftqueue.raft.PeerMessage.HelloAnswer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The leader's work on the membership, one single-server step at a time (Raft thesis, 4.1): dial whoever is to join, take
 * it in as a learner, make each learner that holds the log a voter, replace a lost disk, remove. Every step looks at the
 * newest configuration anew, so it does not matter where an earlier leader stopped. Owned by the raft thread.
 */
final class MembershipDuties {
    static final int MAX_MEMBERS = 7;
    /** Requests under way at once; whoever asks beyond that asks again. */
    static final int MAX_TASKS = 256;
    /** A learner this close is made a voter; the consensus refuses one that is silent. */
    static final long PROMOTION_LAG = 200;

    private static final long DIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long DIAL_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** A leader that has just begun has not heard everybody yet; by then it has, whoever is up. */
    private static final long HEARING_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

    private static final long PROMOTION_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** The leader's consensus and its way to others. */
    interface Leadership {
        /** Leads and serves. */
        boolean serving();

        boolean leads();

        /** Null only before there is a cluster. */
        @Nullable
        Configuration configuration();

        boolean configurationCommitted();

        /** Of the newest, committed or not. */
        long configurationIndex();

        UUID self();

        void change(Configuration next, boolean force);

        void handOver();

        List<FollowerStatus> followers();

        void hello(String raftAddress);

        /** Answers to the member, or to this node's own request when it is {@link #self()}. */
        void answer(UUID requester, String raftAddress, AdminAnswer answer);
    }

    private record Verdict(Outcome outcome, String text) {}

    private final Leadership leadership;
    private final Map<MembershipTask.Key, MembershipTask> tasks = new LinkedHashMap<>();
    /** Joins that a removal ended: when the answer was lost, they come again, and must not begin anew. */
    private final Map<MembershipTask.Key, Verdict> ended = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<MembershipTask.Key, Verdict> eldest) {
            return size() > MAX_TASKS;
        }
    };

    private long promotedAt;

    MembershipDuties(Leadership leadership) {
        this.leadership = leadership;
    }

    void requested(UUID requester, String replyTo, Admin request, long now) {
        MembershipTask.Key key = new MembershipTask.Key(requester, request.requestId());
        Verdict before = ended.get(key);
        if (before != null) {
            answer(new MembershipTask(key, replyTo, request, now), before);
        } else if (!leadership.leads() || (tasks.size() >= MAX_TASKS && !tasks.containsKey(key))) {
            leadership.answer(requester, replyTo, new AdminAnswer(request.requestId(), Outcome.TRY_AGAIN, ""));
        } else if (!tasks.containsKey(key)) {
            if (request.kind() == Admin.Kind.REMOVE) {
                endJoins(request.id());
            }
            tasks.put(key, new MembershipTask(key, replyTo, request, now));
            tick(now);
        }
    }

    /** A join goes on until its node is a voter: it would bring back at once what was removed after it was asked for. */
    private void endJoins(String id) {
        for (MembershipTask task : List.copyOf(tasks.values())) {
            if (task.request.kind() == Admin.Kind.JOIN && task.request.id().equals(id)) {
                Verdict verdict = conflict(id + " does not join: its removal was asked for after this join; "
                        + "join it again if it shall be a member");
                tasks.remove(task.key);
                if (task.key.requestId() != MembershipWiring.KNOCK) {
                    ended.put(task.key, verdict);
                }
                answer(task, verdict);
            }
        }
    }

    /** Somebody told who answers at an address. */
    void heard(UUID incarnation, HelloAnswer answer, long now) {
        for (MembershipTask t : tasks.values()) {
            if (t.request.raftAddress().equals(answer.asked())) {
                t.incarnation = incarnation;
                t.heard = answer;
            }
        }
        tick(now);
    }

    /** No longer the leader: whoever asked asks the next one. */
    void deposed() {
        tasks.values().forEach(t -> answer(t, new Verdict(Outcome.TRY_AGAIN, "")));
        tasks.clear();
    }

    void tick(long now) {
        Configuration configuration = leadership.configuration();
        if (!leadership.serving() || configuration == null) {
            return;
        }
        for (MembershipTask task : List.copyOf(tasks.values())) {
            Verdict verdict = task.request.kind() == Admin.Kind.JOIN ? join(task, now) : remove(task, now);
            if (verdict == null && now - task.deadline >= 0) {
                verdict = late(task);
                tasks.remove(task.key);
            }
            if (verdict != null) {
                tasks.remove(task.key);
                answer(task, verdict);
            }
        }
        promote(now);
    }

    private void answer(MembershipTask task, Verdict verdict) {
        leadership.answer(
                task.key.requester(),
                task.replyTo,
                new AdminAnswer(task.request.requestId(), verdict.outcome(), verdict.text()));
    }

    /** Null: what was begun may still come to be, or not, so silence is the only true answer. */
    private @Nullable Verdict late(MembershipTask task) {
        if (task.request.kind() == Admin.Kind.JOIN
                && task.incarnation != null
                && current().member(task.incarnation) != null) {
            return new Verdict(Outcome.CATCHING_UP, task.request.id() + " is still catching up");
        }
        if (task.begun) {
            return null;
        }
        return new Verdict(
                Outcome.CONFLICT, "another membership change is still running; nothing was changed, repeat it later");
    }

    private Configuration current() {
        Configuration configuration = leadership.configuration();
        if (configuration == null) {
            throw new IllegalStateException("a leader without a configuration");
        }
        return configuration;
    }

    private @Nullable Verdict join(MembershipTask task, long now) {
        Admin asked = task.request;
        HelloAnswer heard = task.heard;
        UUID incarnation = task.incarnation;
        if (heard == null || incarnation == null) {
            return dial(task, now);
        }
        if (!heard.id().equals(asked.id())) {
            return conflict("the node at " + asked.raftAddress() + " is " + heard.id() + ", not " + asked.id());
        }
        if (!heard.raftAddress().equals(asked.raftAddress())) {
            return conflict(asked.id() + " answers at " + asked.raftAddress() + ", but is reached at "
                    + heard.raftAddress() + " as it says itself: join it by that address");
        }
        UUID cluster = current().clusterId();
        if (heard.clusterId() != null && !heard.clusterId().equals(cluster)) {
            return conflict(asked.id() + " at " + asked.raftAddress() + " belongs to cluster "
                    + ClusterIds.brief(heard.clusterId()) + ", not to this one ("
                    + ClusterIds.brief(cluster) + "): its data directory holds that cluster's data");
        }
        Member known = current().member(incarnation);
        Member wanted = new Member(
                asked.id(), incarnation, asked.raftAddress(), heard.httpAddress(), known != null && known.voter());
        Verdict taken = taken(wanted);
        if (taken != null) {
            return taken;
        }
        if (!wanted.equals(known)) {
            return sameNameGone(wanted)
                    ? (known == null && current().members().size() >= MAX_MEMBERS
                            ? conflict("the cluster has " + MAX_MEMBERS + " members, the most there may be")
                            : change(task, current().with(wanted), false, now))
                    : change(task, withoutName(wanted), false, now);
        }
        return wanted.voter() && leadership.configurationCommitted() ? new Verdict(Outcome.DONE, "") : null;
    }

    private @Nullable Verdict dial(MembershipTask task, long now) {
        boolean member = current().members().stream()
                .anyMatch(m -> m.id().equals(task.request.id())
                        && m.voter()
                        && m.raftAddress().equals(task.request.raftAddress()));
        if (now - task.since >= DIAL_LIMIT_NANOS || now - task.deadline >= 0) {
            if (member) {
                return new Verdict(Outcome.DONE, "");
            }
            String silence = "nothing answers as a RaftQueue node at " + task.request.raftAddress();
            for (Member m : current().members()) {
                if (m.id().equals(task.request.id()) && !m.raftAddress().equals(task.request.raftAddress())) {
                    return conflict(silence + ", and " + m.id() + " is a member at " + m.raftAddress()
                            + ": give that address, or start it at the new one first");
                }
            }
            return new Verdict(Outcome.UNREACHABLE, silence + "; nothing was changed: start it, or check the address");
        }
        if (!task.dialled || now - task.dialledAt >= DIAL_NANOS) {
            task.dialled = true;
            task.dialledAt = now;
            leadership.hello(task.request.raftAddress());
        }
        return null;
    }

    /** Another member has that address, or that id at another address. */
    private @Nullable Verdict taken(Member wanted) {
        for (Member m : current().members()) {
            if (m.incarnation().equals(wanted.incarnation())) {
                continue;
            }
            boolean sameAddress = m.raftAddress().equals(wanted.raftAddress());
            if (m.id().equals(wanted.id()) && !sameAddress) {
                return conflict(wanted.id() + " is a member at " + m.raftAddress() + ", not at " + wanted.raftAddress()
                        + ": remove it first, or start it with its own directory");
            }
            if (!m.id().equals(wanted.id()) && sameAddress) {
                return conflict(wanted.raftAddress() + " is the address of member " + m.id());
            }
        }
        return null;
    }

    /** Whether no other incarnation has that id: one that has is at the same address, so its disk was replaced. */
    private boolean sameNameGone(Member wanted) {
        return withoutName(wanted).equals(current());
    }

    private Configuration withoutName(Member wanted) {
        Configuration next = current();
        for (Member m : current().members()) {
            if (m.id().equals(wanted.id()) && !m.incarnation().equals(wanted.incarnation())) {
                next = next.without(m.incarnation());
            }
        }
        return next;
    }

    private @Nullable Verdict remove(MembershipTask task, long now) {
        Member gone = current().members().stream()
                .filter(m -> m.id().equals(task.request.id()))
                .findFirst()
                .orElse(null);
        if (gone == null) {
            if (!leadership.configurationCommitted()) {
                return null;
            }
            return task.begun
                    ? new Verdict(Outcome.DONE, "")
                    : new Verdict(Outcome.UNKNOWN_MEMBER, "no member is called " + task.request.id());
        }
        if (current().without(gone.incarnation()).voters().isEmpty()) {
            return conflict(gone.id() + " is the only voter; stop it and delete its directory instead");
        }
        if (gone.incarnation().equals(leadership.self())) {
            leadership.handOver(); // the next leader is asked again, and removes this one
            return null;
        }
        return change(task, current().without(gone.incarnation()), task.request.force(), now);
    }

    private @Nullable Verdict change(MembershipTask task, Configuration next, boolean force, long now) {
        long before = leadership.configurationIndex();
        boolean early = now - task.since < HEARING_NANOS && now - task.deadline < 0;
        Verdict refused = change(next, force, early);
        task.begun |= leadership.configurationIndex() != before;
        return refused;
    }

    /** Null while it must be tried again. */
    private @Nullable Verdict change(Configuration next, boolean force, boolean early) {
        try {
            leadership.change(next, force);
            return null;
        } catch (ConfigurationRefusedException e) {
            return switch (e.reason()) {
                case NOT_LEADER, NOT_YET_SERVING, CHANGE_RUNNING, NOT_CAUGHT_UP, NO_ROOM -> null;
                case WOULD_LOSE_MAJORITY -> early ? null : conflict(e.getMessage());
                case NOT_SINGLE_STEP, INVALID -> conflict(e.getMessage());
            };
        }
    }

    /** One at a time; one that is silent by now is refused, and the next gets its turn. */
    private void promote(long now) {
        if (now - promotedAt < PROMOTION_PAUSE_NANOS) {
            return;
        }
        for (FollowerStatus f : leadership.followers()) {
            Member m = f.member();
            if (leadership.configurationCommitted() && !m.voter() && f.match() > 0 && f.lag() <= PROMOTION_LAG) {
                promotedAt = now;
                change(
                        current().with(new Member(m.id(), m.incarnation(), m.raftAddress(), m.httpAddress(), true)),
                        false,
                        true);
            }
        }
    }

    private static Verdict conflict(@Nullable String text) {
        return new Verdict(Outcome.CONFLICT, text == null ? "refused" : text);
    }
}
