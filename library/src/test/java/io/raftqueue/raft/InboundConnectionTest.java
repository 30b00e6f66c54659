package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Who has to go when too many are connected to the Raft port. */
class InboundConnectionTest {
    private static InboundConnection connection(boolean greeted, boolean spoke, long heardAt) {
        var connection = new InboundConnection(new Socket());
        connection.greeted = greeted;
        connection.spoke = spoke;
        connection.heardAt = heardAt;
        return connection;
    }

    @Test
    void strangersGoBeforeMembersAndTheLongestSilentFirst() {
        long now = System.nanoTime();
        InboundConnection member = connection(true, true, now - 9);
        InboundConnection silentMember = connection(true, true, now - 10);
        InboundConnection onlyGreeted = connection(true, false, now - 1);
        InboundConnection mute = connection(false, false, now - 2);
        InboundConnection olderMute = connection(false, false, now - 3);
        List<InboundConnection> all = List.of(member, mute, silentMember, onlyGreeted, olderMute);
        assertThat(InboundConnection.beyond(0, all))
                .containsExactly(olderMute, mute, onlyGreeted, silentMember, member);
        assertThat(InboundConnection.beyond(3, all)).containsExactly(olderMute, mute);
        assertThat(InboundConnection.beyond(5, all)).isEmpty();
        assertThat(InboundConnection.beyond(64, all)).isEmpty();
    }

    /** Else the thread that accepts ends, and nobody is let in any more. */
    @Test
    void theChoiceIsMadeWhileTheyAllSpeak() throws Exception {
        List<InboundConnection> all = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            all.add(connection(true, true, System.nanoTime()));
        }
        var over = new AtomicBoolean();
        ExecutorService speakers = Executors.newSingleThreadExecutor();
        try {
            Future<?> speaking = speakers.submit(() -> {
                var random = new SplittableRandom(7);
                while (!over.get()) {
                    InboundConnection speaker = all.get(random.nextInt(all.size()));
                    speaker.greeted = random.nextBoolean();
                    speaker.spoke = random.nextBoolean();
                    speaker.heardAt = System.nanoTime() - random.nextInt(1_000_000);
                }
            });
            for (int i = 0; i < 20_000; i++) {
                assertThat(InboundConnection.beyond(63, all)).hasSize(2).doesNotHaveDuplicates();
            }
            over.set(true);
            speaking.get(10, TimeUnit.SECONDS);
        } finally {
            over.set(true);
            speakers.shutdownNow();
        }
    }
}
