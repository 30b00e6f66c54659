package io.raftqueue.jmx;

import io.raftqueue.MemberStatus;

/**
 * One member in the table that {@link NodeMXBean#getMembers} shows.
 *
 * @param lag entries behind the leader; -1 when unknown
 * @param lastContactMillis since the leader last heard it; -1 when unknown
 */
public record MemberRow(
        String id,
        String raftAddress,
        String httpAddress,
        String role,
        boolean voter,
        boolean reachable,
        long lag,
        long lastContactMillis) {

    static MemberRow of(MemberStatus member) {
        return new MemberRow(
                member.id(),
                member.raftAddress(),
                member.httpAddress(),
                member.role().title(),
                member.voter(),
                member.reachable() || member.self(),
                member.lag(),
                member.lastContact() == null ? -1 : member.lastContact().toMillis());
    }
}
