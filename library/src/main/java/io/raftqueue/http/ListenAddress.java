package io.raftqueue.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where to listen.
 *
 * @param given as it was given
 * @param host empty: all interfaces
 */
record ListenAddress(String given, String host, int port) {
    static ListenAddress parse(String given) {
        int colon = given.lastIndexOf(':');
        String host = colon < 0 ? "" : given.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || (host.indexOf(':') >= 0 && !bracketed) || given.matches("(?s).*[\\s,=/@].*")) {
            throw malformed(given);
        }
        String port = given.substring(colon + 1);
        if (!port.matches("[0-9]{1,9}")) {
            throw malformed(given);
        }
        if (Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException(
                    "address \"" + given + "\" has port " + port + ": a port is 0 (any free one) to 65535");
        }
        return new ListenAddress(
                given, bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
    }

    private static IllegalArgumentException malformed(String given) {
        return new IllegalArgumentException("address \"" + given
                + "\" is malformed: it is host:port, such as localhost:3000, or :3000 for all interfaces");
    }

    InetSocketAddress resolve() {
        if (host.isEmpty()) {
            return new InetSocketAddress(port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "address " + given + ": its host is not known here: give a name or address of this machine", e);
        }
    }

    /** The address as given, with the port that was found. */
    String withPort(int real) {
        return given.substring(0, given.lastIndexOf(':') + 1) + real;
    }

    @Override
    public String toString() {
        return given;
    }
}
