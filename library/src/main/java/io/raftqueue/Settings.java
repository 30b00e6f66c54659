package io.raftqueue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The checks behind the builders' setters: each says what was given and what would do. */
final class Settings {
    private static final Pattern NODE_ID = Pattern.compile("[^\\s,=\\p{Cntrl}]{1,128}");
    private static final int MOST_MEMBERS = 7;
    private static final Duration LONGEST = Duration.ofDays(365);

    private Settings() {}

    /** The new value, if there is no old one. */
    static <V> V once(String setting, @Nullable V old, V value) {
        if (old != null) {
            throw new IllegalStateException(setting + " was already set to " + old + "; it is set once, so " + value
                    + " is refused: remove one of the two calls");
        }
        return value;
    }

    static String nodeId(String id) {
        if (!NODE_ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "id \"" + id
                            + "\" is not usable: a node's id is 1 to 128 characters without blanks, commas or =, such as node01");
        }
        return id;
    }

    /** Checks {@code host:port}, and gives it back as it was given. */
    static String address(String setting, String address) {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? "" : address.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isEmpty() || (host.indexOf(':') >= 0 && !bracketed) || address.matches(".*[\\s,=/].*")) {
            throw malformed(setting, address);
        }
        int port;
        try {
            port = Integer.parseInt(address.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw malformed(setting, address);
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    setting + " \"" + address + "\" has port " + port + ": a port is 1 to 65535");
        }
        return address;
    }

    private static IllegalArgumentException malformed(String setting, String address) {
        return new IllegalArgumentException(
                setting + " \"" + address + "\" is malformed: it is host:port, such as localhost:3001 or [::1]:3001");
    }

    /** Checks a list of {@code id=host:port}. */
    static List<String> members(String... members) {
        if (members.length < 1 || members.length > MOST_MEMBERS) {
            throw new IllegalArgumentException("members has " + members.length + " entries: a cluster has 1 to "
                    + MOST_MEMBERS + " members, each id=host:port");
        }
        var checked = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (String member : members) {
            int equals = member.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(
                        "members has \"" + member + "\": each is id=host:port, such as node01=app1:3001");
            }
            String id = nodeId(member.substring(0, equals));
            String address = address("members", member.substring(equals + 1));
            if (!seen.add("id " + id) || !seen.add("address " + address)) {
                throw new IllegalArgumentException("members names \"" + member
                        + "\" whose id or address stands there twice: each member has an id and an address of its own");
            }
            checked.add(member);
        }
        return checked;
    }

    static Duration duration(String setting, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    setting + " is " + value + ": it is longer than zero and at most " + LONGEST.toDays() + " days");
        }
        return value;
    }

    static int between(String setting, int least, int value, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(setting + " is " + value + ": it is " + least + " to " + most);
        }
        return value;
    }
}
