package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every bad request of bad-input-http.tsv against the real jar; then the node serves as if nothing had been. */
class BadHttpIT {
    private static final Pattern REPEATED = Pattern.compile("\\{\\{([^*]+)\\*([0-9]+)}");

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)");

    @RegisterExtension
    final Processes processes = new Processes();

    /** One line of the table. */
    record Row(int number, String method, String path, String headers, String body, List<String> status, String part) {}

    /** Status (or {@code closed}) and the whole answer. */
    record Outcome(String status, String text) {}

    @Test
    void everyRowIsAnsweredWithItsStatusAndSaysWhy() throws Exception {
        int http = processes.freePort();
        NodeProcess node =
                processes.start("-leader -id=node01 -dir=./tmp/node01 -raddr=localhost:%d -haddr=localhost:%d"
                        .formatted(processes.freePort(), http));
        node.awaitLine("node01 is leader of cluster .*");
        String free = Integer.toString(processes.freePort());

        var problems = new ArrayList<String>();
        List<Row> rows = rows();
        for (Row row : rows) {
            Outcome outcome = send(http, row, free);
            String part = row.part().replace("{free}", free);
            boolean explained = part.equals("-")
                    || (outcome.text().contains(part)
                            && outcome.text().contains("Content-Type: application/problem+json")
                            && outcome.text().contains("\"type\":\"urn:raftqueue:"));
            if (!row.status().contains(outcome.status()) || !explained) {
                problems.add(
                        "row " + row.number() + ": wanted " + row.status() + " with '" + part + "' but got " + outcome);
            }
        }

        assertThat(problems).isEmpty();
        assertThat(rows).hasSizeGreaterThanOrEqualTo(60);
        // The first message ever: none of the rows stored one.
        var sent = node.post("/send", "{\"content\":\"still here\"}");
        assertThat(sent.messageId()).contains("1");
        assertThat(node.get("/recieve").body()).isEqualTo("{\"Data\":{\"content\":\"still here\"}}\n");
        assertThat(node.out()).hasSize(2);
        assertThat(node.err()).isEmpty();
    }

    private static Outcome send(int port, Row row, String free) throws IOException {
        byte[] body = row.body().equals("-") ? null : bytes(row.body().replace("{free}", free));
        var request = new ByteArrayOutputStream();
        if (row.method().equals("RAW")) {
            request.write(bytes(row.path()));
        } else {
            String headers = row.headers().equals("-") ? "" : row.headers().replace("|", "\r\n") + "\r\n";
            request.write(bytes(row.method() + " " + row.path().replace("{id}", "node01")
                    + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n" + headers));
            String lower = headers.toLowerCase(Locale.ROOT);
            if (body != null && !lower.contains("content-length:") && !lower.contains("transfer-encoding:")) {
                request.write(bytes("Content-Length: " + body.length + "\r\n"));
            }
            request.write(bytes("\r\n"));
            if (body != null) {
                request.write(body);
            }
        }
        return exchange(port, request.toByteArray(), row.method().equals("HEAD"));
    }

    private static Outcome exchange(int port, byte[] request, boolean headOnly) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("localhost", port));
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request);
            var answer = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            int b = in.read();
            while (b >= 0) {
                answer.write(b);
                b = isWhole(answer.toByteArray(), headOnly) ? -1 : in.read();
            }
            String text = answer.toString(StandardCharsets.UTF_8);
            return text.startsWith("HTTP/1.1 ")
                    ? new Outcome(text.substring(9, 12), text)
                    : new Outcome("closed", text);
        } catch (SocketException e) {
            // Closed while this was still sending.
            return new Outcome("closed", e.getMessage());
        }
    }

    private static boolean isWhole(byte[] answer, boolean headOnly) {
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        int head = text.indexOf("\r\n\r\n");
        if (head < 0 || headOnly) {
            return head >= 0;
        }
        Matcher length = LENGTH.matcher(text.substring(0, head));
        return answer.length - head - 4 >= (length.find() ? Integer.parseInt(length.group(1)) : 0);
    }

    private static byte[] bytes(String cell) {
        Matcher repeated = REPEATED.matcher(cell);
        String text =
                repeated.replaceAll(m -> Matcher.quoteReplacement(m.group(1).repeat(Integer.parseInt(m.group(2)))));
        var out = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            char escaped = text.charAt(++i);
            switch (escaped) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case 'x' -> {
                    out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> out.write(escaped);
            }
        }
        return out.toByteArray();
    }

    private static List<Row> rows() throws IOException {
        try (InputStream table = BadHttpIT.class.getResourceAsStream("/bad-input-http.tsv")) {
            var rows = new ArrayList<Row>();
            int number = 0;
            for (String line : new String(table.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                number++;
                if (!line.startsWith("#")) {
                    String[] cells = line.split("\t", -1);
                    rows.add(new Row(
                            number, cells[0], cells[1], cells[2], cells[3], List.of(cells[4].split("\\|")), cells[5]));
                }
            }
            return rows;
        }
    }
}
