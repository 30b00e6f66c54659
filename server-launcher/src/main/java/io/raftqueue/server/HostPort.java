package io.raftqueue.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address as given on the command line. Names stay names: they are resolved again at each use.
 *
 * @param host name, IPv4 address or IPv6 address without its brackets; empty for all interfaces
 */
record HostPort(String host, int port) {
    private static final Pattern SHAPE =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.%a-z]+)]|([^\\s:/\\[\\]@,=]*)):([0-9]{1,5})");

    /** Whether an address may leave the host out. */
    enum EmptyHost {
        MEANS_ALL_INTERFACES,
        REFUSED
    }

    /**
     * @param source the flag or variable it came from, for the message
     * @throws CommandFailure (exit 1) saying what is wrong with it
     */
    static HostPort parse(String source, String text, EmptyHost emptyHost) {
        Matcher shape = SHAPE.matcher(text);
        if (!shape.matches()) {
            throw malformed(source, text, reason(text));
        }
        String host = shape.group(1) != null ? shape.group(1) : shape.group(2);
        if (shape.group(1) != null && !host.contains(":")) {
            throw malformed(source, text, "only an IPv6 address goes in brackets");
        }
        int port = Integer.parseInt(shape.group(3));
        if (port < 1 || port > 65_535) {
            throw malformed(source, text, "the port must be 1 to 65535");
        }
        if (host.isEmpty() && emptyHost == EmptyHost.REFUSED) {
            throw malformed(source, text, "it has no host, and others have to find this address");
        }
        return new HostPort(host, port);
    }

    private static String reason(String text) {
        if (text.contains("://")) {
            return "leave the " + text.substring(0, text.indexOf("://") + 3) + " out";
        }
        if (text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[")) {
            return "an IPv6 address goes in brackets";
        }
        if (!text.contains(":")) {
            return "it has no port";
        }
        return "it is not host:port";
    }

    private static CommandFailure malformed(String source, String text, String why) {
        return CommandFailure.runtime("address " + source + "=" + text + " is malformed: " + why
                + "; write it as localhost:3001 or [::1]:3001");
    }

    /** True when only this machine can reach it. An empty host is every interface, so never. */
    boolean isLoopback(String source) {
        if (host.isEmpty()) {
            return false;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            throw CommandFailure.runtime("the host of " + source + "=" + this + " cannot be resolved: correct the name,"
                    + " or make this machine's resolver know it");
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
