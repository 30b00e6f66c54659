package io.raftqueue.server.chaos;

import io.raftqueue.server.chaos.HistoryWriter.Outcome;
import io.raftqueue.server.chaos.HttpConnection.Answer;
import io.raftqueue.server.chaos.HttpConnection.NotConnectedException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process with HTTP clients of every node: two that send and one that takes, half of them by the seed's routes, half by
 * those of a queue. They live where every node can be reached whatever is cut between the nodes. A client that sends gives
 * up soon. One that takes waits as long as it can, for only an answer tells it what became of the message.
 */
public final class HttpClients {
    private static final int SEND_PATIENCE_MILLIS = 8_000;
    private static final int TAKE_PATIENCE_MILLIS = 90_000;
    private static final long PAUSE_WHEN_AWAY_MILLIS = 100;
    private static final long PAUSE_WHEN_DOWN_MILLIS = 300;
    private static final Pattern VALUE = Pattern.compile("\"content\":\"([0-9]+)\"");

    private final HistoryWriter history;
    private final AtomicLong values;
    private final Pace pace;
    private final Pace takePace;

    private HttpClients(HistoryWriter history, long firstValue, int perSecond) {
        this.history = history;
        this.values = new AtomicLong(firstValue);
        this.pace = new Pace(perSecond);
        this.takePace = Pace.ofTakes(perSecond);
    }

    /** Flags: -history=FILE -stop=FILE -first=VALUE -rate=SENDS_PER_SECOND -nodes=HOST:PORT,… */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, String> flags = flags(arguments);
        Clients.endWithParent();
        try (var history = new HistoryWriter(Path.of(flags.get("-history")))) {
            var clients = new Clients(Path.of(flags.get("-stop")), history);
            var http =
                    new HttpClients(history, Long.parseLong(flags.get("-first")), Integer.parseInt(flags.get("-rate")));
            for (String node : flags.get("-nodes").split(",", -1)) {
                clients.run("comments to " + node, http.sender(node, "/send?timeout=5s"));
                clients.run("messages to " + node, http.sender(node, "/queues/default/messages?timeout=5s"));
                clients.run("takes from " + node, http.taker(node));
            }
            clients.awaitStop();
        }
    }

    static Map<String, String> flags(String[] arguments) {
        return Stream.of(arguments)
                .map(argument -> argument.split("=", 2))
                .collect(Collectors.toMap(flag -> flag[0], flag -> flag.length > 1 ? flag[1] : ""));
    }

    private Clients.Turn sender(String node, String path) {
        var connection = new HttpConnection(node);
        return () -> {
            pace.awaitTurn();
            send(connection, path, values.incrementAndGet());
        };
    }

    private void send(HttpConnection connection, String path, long value) {
        history.sendBegins(value);
        try {
            Answer answer = connection.exchange("POST", path, "{\"content\":\"" + value + "\"}", SEND_PATIENCE_MILLIS);
            history.sendEnded(value, answer.status() == 201 ? Outcome.DONE : outcome(answer));
            if (answer.status() != 201) {
                Clients.pause(PAUSE_WHEN_AWAY_MILLIS);
            }
        } catch (NotConnectedException e) {
            history.sendEnded(value, Outcome.NOT_APPLIED);
            Clients.pause(PAUSE_WHEN_DOWN_MILLIS);
        } catch (IOException e) {
            history.sendEnded(value, Outcome.UNKNOWN);
        }
    }

    /** The problem's type says whether anything may have happened. */
    private static Outcome outcome(Answer answer) {
        return answer.body().contains("\"urn:raftqueue:not-applied:") ? Outcome.NOT_APPLIED : Outcome.UNKNOWN;
    }

    private Clients.Turn taker(String node) {
        var connection = new HttpConnection(node);
        var round = new AtomicLong();
        return () -> {
            takePace.awaitTurn();
            if (round.incrementAndGet() % 2 == 0) {
                take(connection, "GET", "/recieve?timeout=60s");
            } else {
                take(connection, "POST", "/queues/default/receive?max=1&timeout=60s");
            }
        };
    }

    private void take(HttpConnection connection, String method, String path) {
        long number = history.takeBegins();
        try {
            Answer answer = connection.exchange(method, path, "", TAKE_PATIENCE_MILLIS);
            Matcher value = VALUE.matcher(answer.body());
            if (answer.status() == 200 && value.find()) {
                history.took(number, Long.parseLong(value.group(1)));
            } else if (answer.status() == 204 || answer.status() == 200) {
                history.foundEmpty(number);
            } else {
                history.takeFailed(number, outcome(answer));
                Clients.pause(PAUSE_WHEN_AWAY_MILLIS);
            }
        } catch (NotConnectedException e) {
            history.takeFailed(number, Outcome.NOT_APPLIED);
            Clients.pause(PAUSE_WHEN_DOWN_MILLIS);
        } catch (SocketTimeoutException e) {
            history.takeFailed(number, Outcome.UNKNOWN);
        } catch (IOException e) {
            history.takeFailed(number, Outcome.CUT);
            Clients.pause(PAUSE_WHEN_AWAY_MILLIS);
        }
    }
}
