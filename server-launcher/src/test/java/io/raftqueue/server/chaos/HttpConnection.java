package io.raftqueue.server.chaos;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one node, made again when it broke. It never repeats a request by itself, as the JDK's client does
 * with a GET: here that could take a second message unseen.
 */
public final class HttpConnection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 2_000;

    private final String address;
    private @Nullable Socket socket;
    private @Nullable InputStream in;

    public HttpConnection(String address) {
        this.address = address;
    }

    public record Answer(int status, String body) {}

    /** The request surely did not leave. */
    public static final class NotConnectedException extends IOException {
        private static final long serialVersionUID = 1;

        NotConnectedException(IOException cause) {
            super(cause);
        }
    }

    /** @throws NotConnectedException if nothing was sent; else, on another {@link IOException}, it may have been acted upon */
    public Answer exchange(String method, String path, String body, int patienceMillis) throws IOException {
        Socket connected = connected();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: " + address + "\r\nContent-Length: " + bytes.length
                + "\r\n\r\n";
        boolean whole = false;
        try {
            connected.setSoTimeout(patienceMillis);
            byte[] request = new byte[head.length() + bytes.length];
            System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, request, 0, head.length());
            System.arraycopy(bytes, 0, request, head.length(), bytes.length);
            connected.getOutputStream().write(request);
            Answer answer = read();
            whole = true;
            return answer;
        } finally {
            if (!whole) {
                close();
            }
        }
    }

    private Socket connected() throws NotConnectedException {
        Socket existing = socket;
        if (existing != null) {
            return existing;
        }
        var fresh = new Socket();
        try {
            int colon = address.lastIndexOf(':');
            fresh.setTcpNoDelay(true);
            fresh.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                    CONNECT_MILLIS);
            in = new BufferedInputStream(fresh.getInputStream());
            socket = fresh;
            return fresh;
        } catch (IOException e) {
            try {
                fresh.close();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw new NotConnectedException(e);
        }
    }

    private Answer read() throws IOException {
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        int length = 0;
        boolean closing = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:")) {
                throw new IOException("an answer in chunks is not read here: " + header);
            } else if (lower.startsWith("connection:") && lower.contains("close")) {
                closing = true;
            }
        }
        byte[] body = stream().readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the answer breaks off after " + body.length + " of " + length + " bytes");
        }
        if (closing) {
            close();
        }
        return new Answer(status, new String(body, StandardCharsets.UTF_8));
    }

    private InputStream stream() throws IOException {
        InputStream stream = in;
        if (stream == null) {
            throw new IOException("closed");
        }
        return stream;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        InputStream stream = stream();
        for (int b = stream.read(); b != '\n'; b = stream.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended before an answer");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        Socket closing = socket;
        socket = null;
        in = null;
        if (closing != null) {
            closing.close();
        }
    }
}
