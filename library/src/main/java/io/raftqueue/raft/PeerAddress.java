package io.raftqueue.raft;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;
import org.jgroups.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * A Raft address as given, {@code host:port}: the name is resolved anew at each dial, so a member may move to another IP
 * behind its name.
 */
public final class PeerAddress implements PhysicalAddress {
    /** The longest host name has 253 characters; members quote each other's addresses. */
    private static final int LONGEST = 300;

    private String host;
    private int port;

    public PeerAddress(String host, int port) {
        this.host = host;
        this.port = port;
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException unless the text is host:port or [IPv6]:port, with a port from 1 to 65535, of at most 300
     *     characters
     */
    public static PeerAddress parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "a text of " + text.length() + " characters is not an address: want host:port");
        }
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("'" + text + "' is not an address: want host:port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("'" + text + "' is not an address: an IPv6 host stands in brackets");
        }
        int port;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not an address: the port is not a number", e);
        }
        if (host.isBlank() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("'" + text + "' is not an address: want host:port, port 1 to 65535");
        }
        return new PeerAddress(host, port);
    }

    InetSocketAddress resolve() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public @Nullable InetAddress getIpAddress() {
        return resolve().getAddress();
    }

    @Override
    public int getPort() {
        return port;
    }

    @Override
    public String printIpAddress() {
        return toString();
    }

    @Override
    public int compareTo(Address other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public int serializedSize() {
        return Bits.sizeUTF(host) + Integer.BYTES;
    }

    @Override
    public void writeTo(DataOutput out) throws IOException {
        out.writeUTF(host);
        out.writeInt(port);
    }

    @Override
    public void readFrom(DataInput in) throws IOException {
        host = in.readUTF();
        port = in.readInt();
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof PeerAddress a && a.host.equals(host) && a.port == port;
    }

    @Override
    public int hashCode() {
        return host.hashCode() * 31 + port;
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
