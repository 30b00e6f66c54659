package io.raftqueue.server;

import io.raftqueue.server.Flags.Given;
import io.raftqueue.server.HostPort.EmptyHost;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a node is started with, checked.
 *
 * @param directory as given, and so printed
 * @param raftBind where to listen for Raft, null when that is the advertised address
 * @param httpJoin HTTP address of a node to join through, null without -paddr
 * @param members {@code id=host:port} of the fixed first membership; empty without -members
 */
record Settings(
        String id,
        boolean leader,
        String directory,
        HostPort raft,
        @Nullable HostPort raftBind,
        HostPort http,
        @Nullable HostPort httpJoin,
        List<String> members) {
    static final String DEFAULT_RADDR = "localhost:3001";
    static final String DEFAULT_HADDR = "localhost:3000";

    /** Also the default directory's name, so nothing that means something in a path. */
    private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,128}");

    private static final int MAX_MEMBERS = 7;

    Settings {
        members = List.copyOf(members);
    }

    /** @throws CommandFailure for whatever does not go together or cannot be read */
    static Settings of(Flags flags, Map<String, String> environment) {
        Given<String> id = Flags.text("id", flags.id, environment, "");
        if (id.value().isEmpty()) {
            throw CommandFailure.usage("-id is missing: every server needs a unique name, as in -id=node01");
        }
        if (!ID.matcher(id.value()).matches()) {
            throw CommandFailure.usage(id.source() + "=" + id.value()
                    + " cannot be a name: use 1 to 128 of the letters A-Z a-z, digits, dot, dash and underscore");
        }
        Given<Boolean> leader = Flags.bool("leader", flags.leader, environment);
        Given<String> paddr = Flags.text("paddr", flags.paddr, environment, "");
        Given<String> members = Flags.text("members", flags.members, environment, "");
        oneBeginning(leader, paddr, members);

        Map<String, HostPort> membership = parseMembers(members, id.value());
        Given<String> raddr = Flags.text("raddr", flags.raddr, environment, "");
        HostPort raft = raftAddress(raddr, members, membership.get(id.value()));
        Given<String> rbind = Flags.text("rbind", flags.rbind, environment, "");
        HostPort raftBind = rbind.value().isEmpty()
                ? null
                : HostPort.parse(rbind.source(), rbind.value(), EmptyHost.MEANS_ALL_INTERFACES);
        Given<String> haddr = Flags.text("haddr", flags.haddr, environment, DEFAULT_HADDR);
        HostPort http = HostPort.parse(haddr.source(), haddr.value(), EmptyHost.MEANS_ALL_INTERFACES);
        HostPort httpJoin =
                paddr.value().isEmpty() ? null : HostPort.parse(paddr.source(), paddr.value(), EmptyHost.REFUSED);
        HostPort listening = raftBind == null ? raft : raftBind;
        if (listening.port() == http.port() && listening.host().equals(http.host())) {
            throw CommandFailure.usage("Raft and HTTP cannot share " + http + ": give -raddr or -haddr another port");
        }
        if (!Flags.bool("insecure", flags.insecure, environment).value()) {
            refuseUnlessLoopback(raddr.source(), raft);
            refuseUnlessLoopback(rbind.source(), raftBind);
            refuseUnlessLoopback(haddr.source(), http);
        }
        String directory = Flags.text("dir", flags.dir, environment, "./data/" + id.value())
                .value();
        checkPath(directory);
        return new Settings(
                id.value(),
                leader.value(),
                directory,
                raft,
                raftBind,
                http,
                httpJoin,
                membership.entrySet().stream()
                        .map(member -> member.getKey() + "=" + member.getValue())
                        .toList());
    }

    private static void oneBeginning(Given<Boolean> leader, Given<String> paddr, Given<String> members) {
        if (leader.value() && !paddr.value().isEmpty()) {
            throw CommandFailure.usage(leader.source() + " starts a new cluster, " + paddr.source()
                    + " joins an existing one: leave one of them out");
        }
        if (!members.value().isEmpty() && (leader.value() || !paddr.value().isEmpty())) {
            throw CommandFailure.usage(members.source() + " says who begins the cluster, so it goes with neither "
                    + "-leader nor -paddr: leave " + (leader.value() ? leader.source() : paddr.source()) + " out");
        }
    }

    private static Map<String, HostPort> parseMembers(Given<String> members, String self) {
        Map<String, HostPort> parsed = new LinkedHashMap<>();
        if (members.value().isEmpty()) {
            return parsed;
        }
        for (String member : members.value().split(",", -1)) {
            int equals = member.indexOf('=');
            if (equals < 1 || !ID.matcher(member.substring(0, equals)).matches()) {
                throw CommandFailure.usage(members.source() + ": '" + member
                        + "' is no member: write node01=host1:3001,node02=host2:3001,node03=host3:3001");
            }
            HostPort address = HostPort.parse(members.source(), member.substring(equals + 1), EmptyHost.REFUSED);
            if (parsed.containsValue(address)) {
                throw CommandFailure.usage(members.source() + ": two members have the address " + address
                        + ": every member needs its own");
            }
            if (parsed.put(member.substring(0, equals), address) != null) {
                throw CommandFailure.usage(members.source() + ": " + member.substring(0, equals)
                        + " is there twice: every member needs its own name");
            }
        }
        if (parsed.size() > MAX_MEMBERS) {
            throw CommandFailure.usage(
                    members.source() + " has " + parsed.size() + " members: at most " + MAX_MEMBERS + " make sense");
        }
        if (!parsed.containsKey(self)) {
            throw CommandFailure.usage(members.source() + " does not name " + self
                    + ": the list is the same on every node and contains each of them");
        }
        return parsed;
    }

    private static HostPort raftAddress(Given<String> raddr, Given<String> members, @Nullable HostPort listed) {
        if (raddr.value().isEmpty()) {
            return listed != null ? listed : HostPort.parse(raddr.source(), DEFAULT_RADDR, EmptyHost.REFUSED);
        }
        HostPort given = HostPort.parse(raddr.source(), raddr.value(), EmptyHost.REFUSED);
        if (listed != null && !listed.equals(given)) {
            throw CommandFailure.usage(raddr.source() + "=" + given + " is not this node's address in "
                    + members.source() + ", which is " + listed + ": leave " + raddr.source()
                    + " out, or use -rbind=" + given + " to listen there");
        }
        return given;
    }

    private static void refuseUnlessLoopback(String source, @Nullable HostPort address) {
        if (address != null && !address.isLoopback(source)) {
            throw CommandFailure.usage(source + "=" + address + " can be reached from other machines, and there is no"
                    + " encryption or authentication yet: use a loopback address, or accept it with -insecure");
        }
    }

    private static void checkPath(String directory) {
        try {
            Path unused = Path.of(directory);
        } catch (InvalidPathException e) {
            throw CommandFailure.runtime(
                    "-dir=" + directory + " cannot be a directory (" + e.getReason() + "): give another path");
        }
    }

    /** Where clients find this node's HTTP: with all interfaces, under the host the other members know. */
    HostPort advertisedHttp() {
        return http.host().isEmpty() ? new HostPort(raft.host(), http.port()) : http;
    }
}
