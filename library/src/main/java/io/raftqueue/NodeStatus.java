package io.raftqueue;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node at one moment, from local knowledge only: reading it never makes a round trip and never blocks.
 *
 * @param clusterId four or more hex digits shown to people; null before the node belongs to a cluster
 * @param leaderId null while no leader is known
 * @param notReady why the node cannot serve; empty when ready
 * @param stats the map of {@code GET /stats}: keys sorted, every value a string
 * @param figures numbers for JMX and {@code /metrics}, by {@link NodeFigure#key()}
 * @param lastError null when nothing went wrong so far
 * @param failed true when the node stopped for good (I/O error, damaged log); only close() helps
 * @param removed true when the node was a member and its removal is known to be committed, so that it can be stopped; false
 *     for one that is not yet a member, and as long as the others may need it to commit its removal
 */
public record NodeStatus(
        String id,
        @Nullable String clusterId,
        Role role,
        @Nullable String leaderId,
        @Nullable String leaderRaftAddress,
        @Nullable String leaderHttpAddress,
        long term,
        long commitIndex,
        long appliedIndex,
        long lastLogIndex,
        List<MemberStatus> members,
        List<String> notReady,
        Map<String, String> stats,
        Map<String, Double> figures,
        @Nullable String lastError,
        boolean failed,
        boolean removed) {

    /** Whether the node can serve now. */
    public boolean ready() {
        return notReady.isEmpty();
    }

    /** One line for people: {@code node01 Leader*, node02 Follower lag 0, node03 unreachable 12 s}. */
    public String summary() {
        var line = new StringBuilder();
        for (MemberStatus m : members) {
            if (line.length() > 0) {
                line.append(", ");
            }
            line.append(m.id()).append(' ');
            if (!m.reachable() && !m.self()) {
                line.append("unreachable");
                if (m.lastContact() != null) {
                    line.append(' ').append(m.lastContact().toSeconds()).append(" s");
                }
            } else {
                line.append(m.role().title());
                if (m.role() == Role.LEADER) {
                    line.append('*');
                } else if (m.lag() >= 0) {
                    line.append(" lag ").append(m.lag());
                }
            }
        }
        return line.toString();
    }
}
