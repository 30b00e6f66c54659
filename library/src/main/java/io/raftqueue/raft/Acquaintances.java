package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.consensus.Member;
import io.raftqueue.raft.PeerMessage.Presence;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which members are up, and have room on their disks, as every member knows it: each tells each other every second. It is
 * for people and for refusing sends early; no vote and no acknowledgement rests on it. Owned by the raft thread.
 */
final class Acquaintances {
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long ABSENT_NANOS = TimeUnit.SECONDS.toNanos(3);

    private record Seen(long at, boolean storageFull) {}

    private final UUID self;
    private final BiConsumer<Member, PeerMessage> send;
    private final Map<UUID, Seen> seen = new HashMap<>();
    private boolean selfFull;
    private boolean told;
    private long toldAt;

    Acquaintances(UUID self, BiConsumer<Member, PeerMessage> send) {
        this.self = self;
        this.send = send;
    }

    void heard(UUID member, boolean storageFull, long now) {
        seen.put(member, new Seen(now, storageFull));
    }

    void heard(UUID member, long now) {
        Seen before = seen.get(member);
        seen.put(member, new Seen(now, before != null && before.storageFull()));
    }

    /** Its connection broke: it is absent until it is heard again. */
    void lost(UUID member, long now) {
        Seen before = seen.get(member);
        if (before != null) {
            seen.put(member, new Seen(now - ABSENT_NANOS, before.storageFull()));
        }
    }

    void tick(@Nullable Configuration configuration, boolean storageFull, long now) {
        boolean news = storageFull != selfFull;
        selfFull = storageFull;
        if (configuration == null || (told && !news && now - toldAt < TELL_NANOS)) {
            return;
        }
        told = true;
        toldAt = now;
        for (Member m : configuration.members()) {
            if (!m.incarnation().equals(self)) {
                send.accept(m, new Presence(storageFull));
            }
        }
        seen.keySet().removeIf(id -> configuration.member(id) == null);
    }

    /** Nanoseconds since the member was heard; -1 when it never was. */
    long silence(UUID member, long now) {
        Seen s = seen.get(member);
        return s == null ? -1 : now - s.at();
    }

    boolean present(UUID member, long now) {
        Seen s = seen.get(member);
        return member.equals(self) || (s != null && now - s.at() < ABSENT_NANOS);
    }

    /** Whether the leader, or so many voters that the others are no majority, said their disks are nearly full. */
    boolean storageFull(@Nullable Configuration configuration, @Nullable UUID leader, long now) {
        if (configuration == null) {
            return selfFull;
        }
        int withRoom = 0;
        for (Member m : configuration.voters()) {
            withRoom += full(m.incarnation(), now) ? 0 : 1;
        }
        return withRoom < configuration.majority() || (leader != null && full(leader, now));
    }

    boolean hasRoom(UUID member, long now) {
        return !full(member, now);
    }

    private boolean full(UUID member, long now) {
        if (member.equals(self)) {
            return selfFull;
        }
        Seen s = seen.get(member);
        return s != null && s.storageFull() && now - s.at() < ABSENT_NANOS;
    }
}
