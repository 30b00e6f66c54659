package io.raftqueue.server;

import io.raftqueue.server.chaos.HttpConnection;
import io.raftqueue.server.chaos.HttpConnection.Answer;
import io.raftqueue.server.chaos.HttpConnection.NotConnectedException;
import io.raftqueue.simulation.FifoChecker;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients of all three nodes, on each of them two that send and six that take and mostly wait. They hold the nodes to what
 * a stop in good order promises: a call is answered, and the answer is true. So nothing is excused for the checker: what
 * was refused or cut off was not applied, and no outcome is unknown.
 */
final class WaitingClients implements Closeable {
    /** More than are needed: the queue is mostly empty, and many wait for each message. */
    private static final int TAKERS = 6;

    private static final int SENDERS = 2;
    private static final long SEND_PERIOD_MILLIS = 10;
    private static final long PAUSE_MILLIS = 50;
    private static final int PATIENCE_MILLIS = 30_000;
    private static final List<String> TAKES = List.of(
            "GET /recieve?wait=3s",
            "GET /receive?wait=3s",
            "GET /recieve?wait=100ms",
            "GET /recieve",
            "POST /queues/default/receive?wait=3s",
            "POST /queues/default/receive?wait=3s&max=3",
            "POST /queues/default/receive?wait=100ms",
            "POST /queues/default/receive?max=3");
    private static final Pattern NUMBER = Pattern.compile("\"content\":\"([0-9]+)\"");

    /** A call of a client, and when it was begun. */
    record Call(int node, String request, long called) {}

    /** A call whose connection ended in place of an answer. */
    record CutOff(Call call, long ended, IOException how) {
        /** The times as seen from {@code moment}. */
        String seenFrom(long moment) {
            return "%s, begun %d ms and ended %d ms after: %s"
                    .formatted(call, (call.called() - moment) / 1_000_000, (ended - moment) / 1_000_000, how);
        }
    }

    private final SeedCluster cluster;
    private final long seed;
    private final FifoChecker history = new FifoChecker();
    private final AtomicLong numbers = new AtomicLong();
    private final Set<Call> takesUnderWay = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<CutOff> cutOff = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
    private final AtomicIntegerArray stops = new AtomicIntegerArray(3);
    private final AtomicIntegerArray served = new AtomicIntegerArray(3);
    private final CountDownLatch stopSending = new CountDownLatch(1);
    private final CountDownLatch stopTaking = new CountDownLatch(1);
    private final List<Thread> senders = new ArrayList<>();
    private final List<Thread> takers = new ArrayList<>();
    private volatile boolean quiet;

    private WaitingClients(SeedCluster cluster, long seed) {
        this.cluster = cluster;
        this.seed = seed;
    }

    static WaitingClients start(SeedCluster cluster, long seed) {
        var clients = new WaitingClients(cluster, seed);
        for (int node = 0; node < 3; node++) {
            for (int i = 0; i < SENDERS; i++) {
                clients.senders.add(clients.new Client(node, i, clients.stopSending).begin(Client::send));
            }
            for (int i = 0; i < TAKERS; i++) {
                clients.takers.add(clients.new Client(node, SENDERS + i, clients.stopTaking).begin(Client::take));
            }
        }
        return clients;
    }

    private interface Turn {
        void run(Client client) throws IOException, InterruptedException;
    }

    /** One connection to one node, used for one call after the other. */
    private final class Client {
        private final int node;
        private final Random random;
        private final CountDownLatch stop;
        private final HttpConnection connection;
        private int stopsSeen;

        Client(int node, int number, CountDownLatch stop) {
            this.node = node;
            this.random = new Random(seed + 100L * node + number);
            this.stop = stop;
            this.connection = new HttpConnection(cluster.httpAddress(node));
        }

        Thread begin(Turn turn) {
            var thread = new Thread(() -> repeat(turn), "client of " + SeedCluster.id(node));
            thread.start();
            return thread;
        }

        private void repeat(Turn turn) {
            try (connection) {
                while (stop.getCount() > 0) {
                    turn.run(this);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException | RuntimeException e) {
                complaints.add("a client of " + SeedCluster.id(node) + " ended: " + e);
            }
        }

        private void pause(long millis) throws InterruptedException {
            stop.await(millis, TimeUnit.MILLISECONDS);
        }

        void send() throws InterruptedException {
            pause(SEND_PERIOD_MILLIS);
            if (quiet) {
                return;
            }
            long number = numbers.incrementAndGet();
            var call = new Call(node, "POST /send", System.nanoTime());
            Answer answer = answer(call, SeedCluster.comment(Long.toString(number)));
            if (answer == null) {
                pause(PAUSE_MILLIS);
            } else if (answer.status() == 201) {
                served.incrementAndGet(node);
                synchronized (history) {
                    history.sent(number, call.called(), System.nanoTime());
                }
            } else {
                refused(call, answer);
            }
        }

        void take() throws InterruptedException {
            var call = new Call(node, TAKES.get(random.nextInt(TAKES.size())), System.nanoTime());
            takesUnderWay.add(call);
            Answer answer = answer(call, "");
            takesUnderWay.remove(call);
            if (answer == null) {
                pause(PAUSE_MILLIS);
            } else if (answer.status() == 200 || answer.status() == 204) {
                served.incrementAndGet(node);
                taken(call, answer);
            } else {
                refused(call, answer);
            }
        }

        /** Null if there was none: the node is away, or has gone meanwhile. */
        private Answer answer(Call call, String body) {
            String[] request = call.request().split(" ");
            try {
                if (stopsSeen != stops.get(node)) {
                    stopsSeen = stops.get(node);
                    connection.close(); // of a node that has gone: it would only be found broken
                }
                return connection.exchange(request[0], request[1], body, PATIENCE_MILLIS);
            } catch (NotConnectedException e) {
                return null;
            } catch (IOException e) {
                cutOff.add(new CutOff(call, System.nanoTime(), e));
                return null;
            }
        }

        private void refused(Call call, Answer answer) throws InterruptedException {
            if (answer.status() != 503 || !answer.body().contains("\"urn:raftqueue:not-applied:")) {
                complaints.add(call + " was answered " + answer);
            }
            pause(PAUSE_MILLIS);
        }
    }

    private void taken(Call call, Answer answer) {
        long returned = System.nanoTime();
        Matcher number = NUMBER.matcher(answer.body());
        synchronized (history) {
            if (!number.find()) {
                history.foundEmpty(call.called(), returned);
                return;
            }
            do {
                history.taken(Long.parseLong(number.group(1)), call.called(), returned);
            } while (number.find());
        }
    }

    /** Nobody sends, or all send again. */
    void quiet(boolean quiet) {
        this.quiet = quiet;
    }

    /** The node has gone: its clients do not use their connections to it again. */
    void gone(int node) {
        stops.incrementAndGet(node);
    }

    /** Sends stored, and takes answered, by this node. */
    int served(int node) {
        return served.get(node);
    }

    /** Takes that this node works at, begun so long ago. */
    long takesUnderWay(int node, long ageNanos) {
        long latest = System.nanoTime() - ageNanos;
        return takesUnderWay.stream()
                .filter(call -> call.node() == node && call.called() <= latest)
                .count();
    }

    /** The calls that were cut off since the last time. */
    List<CutOff> cutOff() {
        var calls = new ArrayList<CutOff>();
        for (CutOff call = cutOff.poll(); call != null; call = cutOff.poll()) {
            calls.add(call);
        }
        return calls;
    }

    /** Ends the clients, takes out everything that waits, and says what is wrong; empty when nothing is. */
    List<String> verdictsAfterDraining(int node) throws IOException, InterruptedException {
        stopSending.countDown();
        join(senders);
        stopTaking.countDown();
        join(takers);
        try (var connection = new HttpConnection(cluster.httpAddress(node))) {
            Answer answer;
            do {
                var call = new Call(node, "POST /queues/default/receive?max=100", System.nanoTime());
                answer = connection.exchange("POST", "/queues/default/receive?max=100", "", PATIENCE_MILLIS);
                taken(call, answer);
            } while (answer.status() == 200);
            if (answer.status() != 204) {
                complaints.add("while draining: " + answer);
            }
        }
        var verdicts = new ArrayList<>(complaints);
        verdicts.addAll(history.verdicts());
        return verdicts;
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Without waiting: their nodes are gone. */
    @Override
    public void close() {
        stopSending.countDown();
        stopTaking.countDown();
    }
}
