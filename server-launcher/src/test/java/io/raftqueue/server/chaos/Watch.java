package io.raftqueue.server.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looks at every place several times a second: who leads in which term, and whether equal indexes have equal states. */
final class Watch implements AutoCloseable {
    private static final long LOOK_MILLIS = 250;

    private final Map<Long, String> leaders = new ConcurrentHashMap<>();
    private final Map<Long, String> hashes = new ConcurrentHashMap<>();
    private final List<String> verdicts = new CopyOnWriteArrayList<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    Watch(Cluster cluster) {
        for (Place place : cluster.places()) {
            var thread = new Thread(() -> look(place), "watch " + place.number());
            threads.add(thread);
            thread.start();
        }
    }

    private void look(Place place) {
        try {
            while (!stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (place.isRunning()) {
                    note(place.id(), place.stats());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void note(String id, JsonNode stats) {
        if (stats.path("state").asText().equals("Leader")) {
            String other = leaders.putIfAbsent(stats.path("term").asLong(), id);
            if (other != null && !other.equals(id)) {
                verdicts.add("two leaders in term " + stats.path("term").asLong() + ": " + other + " and " + id);
            }
        }
        long index = stats.path("state_hash_index").asLong(0);
        if (index > 0) {
            String hash = stats.path("state_hash").asText();
            String other = hashes.putIfAbsent(index, hash);
            if (other != null && !other.equals(hash)) {
                verdicts.add("states differ at index " + index + ": " + hash + " on " + id + ", " + other
                        + " on another member");
            }
        }
    }

    /** Terms in which someone was seen leading, but for the first. */
    int leaderChanges() {
        return Math.max(0, leaders.size() - 1);
    }

    List<String> verdicts() {
        return verdicts;
    }

    @Override
    public void close() throws InterruptedException {
        stop.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
