package io.raftqueue.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** HTTP by hand over a socket: what a well-behaved client library does not let a test say. */
final class RawHttp implements AutoCloseable {
    final Socket socket = new Socket();
    private final InputStream in;

    /** An answer, its head as it stood. */
    record Answer(int status, List<String> head, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String header(String name) {
            return head.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).trim())
                    .findFirst()
                    .orElse(null);
        }
    }

    RawHttp(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(
                host.isEmpty() ? "localhost" : host, Integer.parseInt(address.substring(colon + 1))));
        in = new java.io.BufferedInputStream(socket.getInputStream());
    }

    /** One request such as {@code GET /path} on a connection of its own, with a text or none. */
    static Answer once(String address, String request, String body) throws IOException {
        return once(
                address, request + " HTTP/1.1", List.of(), body == null ? null : body.getBytes(StandardCharsets.UTF_8));
    }

    /** One request on a connection of its own; the head is made from the lines, {@code Host} is added. */
    static Answer once(String address, String requestLine, List<String> headers, byte[] body) throws IOException {
        try (var http = new RawHttp(address)) {
            var head = new StringBuilder(requestLine).append("\r\n");
            if (headers.stream().noneMatch(h -> h.toLowerCase(Locale.ROOT).startsWith("host:"))) {
                head.append("Host: ").append(address).append("\r\n");
            }
            headers.forEach(h -> head.append(h).append("\r\n"));
            if (body != null
                    && headers.stream()
                            .noneMatch(
                                    h -> h.toLowerCase(Locale.ROOT).matches("(content-length|transfer-encoding):.*"))) {
                head.append("Content-Length: ").append(body.length).append("\r\n");
            }
            http.write(head.append("\r\n").toString());
            if (body != null) {
                http.write(body);
            }
            return http.read(requestLine.startsWith("HEAD"));
        }
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    Answer read() throws IOException {
        return read(false);
    }

    /** The next answer; null when the connection ended instead. */
    Answer read(boolean headOnly) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!endsHead(head.toByteArray())) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            head.write(b);
        }
        List<String> lines =
                Arrays.asList(head.toString(StandardCharsets.ISO_8859_1).trim().split("\r\n"));
        var answer = new Answer(Integer.parseInt(lines.get(0).split(" ")[1]), lines, new byte[0]);
        String length = answer.header("Content-Length");
        byte[] body = headOnly || length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length));
        return new Answer(answer.status(), lines, body);
    }

    private static boolean endsHead(byte[] b) {
        int n = b.length;
        return n >= 4 && b[n - 4] == '\r' && b[n - 3] == '\n' && b[n - 2] == '\r' && b[n - 1] == '\n';
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
