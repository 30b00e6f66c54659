package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.NoLeaderException;
import io.raftqueue.OverloadedException;
import io.raftqueue.RaftNode;
import io.raftqueue.RaftQueue;
import io.raftqueue.codec.PayloadCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node whose raft thread waits, as for a disk that answers no more. */
@Timeout(60)
class StalledEngineTest {
    private final CountDownLatch stalls = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);
    private RaftNode node;
    private RaftQueue<byte[]> queue;

    @BeforeEach
    void stall() throws Exception {
        node = RaftNode.temporary();
        node.awaitReady(Duration.ofSeconds(20));
        queue = node.queue("orders", PayloadCodec.bytes());
        var unused = ((ReplicatedNode) node).replica().onArrival("orders", () -> {
            stalls.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        queue.sendAsync(new byte[1]);
        assertThat(stalls.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void close() {
        goesOn.countDown();
        node.close();
    }

    private static <V> CompletableFuture<V> inItsThread(Supplier<V> call) {
        return CompletableFuture.supplyAsync(call, task -> new Thread(task, "caller").start());
    }

    @Test
    void everyCallEndsAndWhatIsToldNotToBeAppliedIsNot() {
        RaftQueue<byte[]> hurried = queue.withTimeout(Duration.ofMillis(300));
        List<CompletableFuture<?>> calls = List.of(
                hurried.sendAsync(new byte[2]),
                hurried.sendAllAsync(List.of(new byte[3], new byte[4])),
                hurried.pollAsync(),
                inItsThread(() -> hurried.send(new byte[5])),
                inItsThread(hurried::size),
                inItsThread(hurried::purge),
                inItsThread(() -> hurried.browse(10)),
                node.remove("node09", false, Duration.ofMillis(300)));
        await().atMost(Duration.ofSeconds(10)).until(() -> calls.stream().allMatch(CompletableFuture::isDone));
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call::join)
                        .cause()
                        .isInstanceOf(NoLeaderException.class)
                        .hasMessageContaining("its disk does not answer"));
        goesOn.countDown();
        assertThat(queue.browse(10))
                .singleElement()
                .satisfies(first -> assertThat(first.payload()).hasSize(1));
    }

    @Test
    void whatIsHandedInMeanwhileIsBounded() throws Exception {
        byte[] message = new byte[1 << 20];
        List<CompletableFuture<Long>> sends = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            sends.add(queue.sendAsync(message.clone()));
        }
        CompletableFuture<Long> last = sends.get(sends.size() - 1);
        await().atMost(Duration.ofSeconds(5)).until(last::isCompletedExceptionally);
        assertThatThrownBy(last::join).hasCauseInstanceOf(OverloadedException.class);
        assertThat(sends).anyMatch(send -> !send.isDone());
        goesOn.countDown();
        await().atMost(Duration.ofSeconds(30)).until(() -> sends.stream().allMatch(CompletableFuture::isDone));
        assertThat(sends.get(0).join()).isEqualTo(2);
        assertThat(queue.send(message)).isGreaterThan(2);
    }
}
