package io.raftqueue.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The members in force: the newest configuration entry in the log, committed or not (Raft thesis, 4.1). */
public record Configuration(UUID clusterId, List<Member> members) {
    public Configuration {
        members = List.copyOf(members);
    }

    /** The member with that incarnation, or null. */
    public @Nullable Member member(UUID incarnation) {
        for (Member m : members) {
            if (m.incarnation().equals(incarnation)) {
                return m;
            }
        }
        return null;
    }

    /** Whether that incarnation has a vote. */
    public boolean isVoter(UUID incarnation) {
        Member m = member(incarnation);
        return m != null && m.voter();
    }

    /** The members with a vote. */
    public List<Member> voters() {
        return members.stream().filter(Member::voter).toList();
    }

    /** Votes needed to elect and to commit. */
    public int majority() {
        int voters = 0;
        for (Member m : members) {
            voters += m.voter() ? 1 : 0;
        }
        return voters / 2 + 1;
    }

    /** This configuration with {@code member} added, or put in the place of the record of the same incarnation. */
    public Configuration with(Member member) {
        List<Member> next = new ArrayList<>(members.size() + 1);
        boolean replaced = false;
        for (Member m : members) {
            if (m.incarnation().equals(member.incarnation())) {
                next.add(member);
                replaced = true;
            } else {
                next.add(m);
            }
        }
        if (!replaced) {
            next.add(member);
        }
        return new Configuration(clusterId, next);
    }

    /** This configuration without that incarnation. */
    public Configuration without(UUID incarnation) {
        return new Configuration(
                clusterId,
                members.stream()
                        .filter(m -> !m.incarnation().equals(incarnation))
                        .toList());
    }
}
