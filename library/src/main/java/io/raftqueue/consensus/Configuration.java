package io.raftqueue.consensus;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The members in force: the newest configuration entry in the log, committed or not (Raft thesis, 4.1). */
public record Configuration(UUID clusterId, List<Member> members) {
    public Configuration {
        members = List.copyOf(members);
    }

    public @Nullable Member member(UUID incarnation) {
        for (Member m : members) {
            if (m.incarnation().equals(incarnation)) {
                return m;
            }
        }
        return null;
    }

    public boolean isVoter(UUID incarnation) {
        Member m = member(incarnation);
        return m != null && m.voter();
    }

    public List<Member> voters() {
        return members.stream().filter(Member::voter).toList();
    }

    public int majority() {
        return voters().size() / 2 + 1;
    }
}
