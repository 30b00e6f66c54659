package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A send is acknowledged, the leader is killed in the same breath, and another node is asked at once: exactly that message
 * is there, every time. Three rounds here; {@code -Dqueue.drill.rounds=200} for the long form.
 */
class AckedThenKilledIT {
    private static final int ROUNDS = Integer.getInteger("queue.drill.rounds", 3);
    private static final long SEED = Long.getLong("queue.seed", 1);

    @RegisterExtension
    final Processes processes = new Processes();

    @Test
    void whatWasAcknowledgedIsThereWhenTheLeaderIsGone() throws Exception {
        var cluster = new SeedCluster(processes).startAll();
        var random = new Random(SEED);
        var toTheAnswer = new Timings();

        for (int round = 0; round < ROUNDS; round++) {
            int leader = cluster.leader();
            int sender = random.nextInt(3);
            int reader = (leader + 1 + random.nextInt(2)) % 3;
            String content = "round " + round;
            String as = "round %d (leader %d, sender %d, reader %d, seed %d)"
                    .formatted(round, leader, sender, reader, SEED);

            assertThat(cluster.send(sender, content).status()).as(as).isEqualTo(201);
            cluster.node(leader).kill();
            long killed = System.nanoTime();
            if (random.nextBoolean()) {
                JsonNode seen = cluster.node(reader)
                        .get("/queues/default/messages?limit=2")
                        .json()
                        .path("messages");
                assertThat(seen.findValuesAsText("content"))
                        .as("seen, not taken, %s", as)
                        .containsExactly(content);
                toTheAnswer.addSince(killed);
                assertThat(cluster.receive(reader)).as(as).isEqualTo(content);
            } else {
                assertThat(cluster.receive(reader)).as(as).isEqualTo(content);
                toTheAnswer.addSince(killed);
            }
            assertThat(cluster.receive(3 - leader - reader))
                    .as("once only, %s", as)
                    .isNull();

            if ((round + 1) % 20 == 0 || round + 1 == ROUNDS) {
                System.out.println("kill -9 of the leader after an ack, to the message read elsewhere: " + toTheAnswer);
            }
            cluster.start(leader);
            cluster.awaitComplete();
        }
    }
}
