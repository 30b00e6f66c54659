package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.CodecException;
import io.raftqueue.Message;
import io.raftqueue.MessageTooLargeException;
import io.raftqueue.NodeListener;
import io.raftqueue.QueueFullException;
import io.raftqueue.QueueSettings;
import io.raftqueue.QueueStats;
import io.raftqueue.RaftQueue;
import io.raftqueue.RaftQueueException.Retry;
import io.raftqueue.SendOptions;
import io.raftqueue.codec.EncodedMessage;
import io.raftqueue.codec.EncodedPayload;
import io.raftqueue.codec.PayloadCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a queue's methods do, and where their answers arrive. */
class ReplicatedQueueTest {
    private final List<String> full = new CopyOnWriteArrayList<>();
    private final LoneNode lone = new LoneNode(new NodeListener() {
        @Override
        public void queueFull(String queue) {
            full.add(queue);
        }
    });
    private final RaftQueue<String> queue = lone.queue();

    @AfterEach
    void close() {
        lone.close();
    }

    @Test
    void idsGrowAndMessagesLeaveInOrder() {
        assertThat(queue.send("a")).isEqualTo(1);
        assertThat(queue.sendAll(List.of("b", "c"))).containsExactly(2L, 3L);
        assertThat(queue.size()).isEqualTo(3);
        assertThat(List.of(queue.poll(), queue.poll(), queue.poll())).containsExactly("a", "b", "c");
        assertThat(queue.poll()).isNull();
        assertThat(queue.send("d")).isEqualTo(4);
    }

    @Test
    void anEmptyBatchSendsNothing() {
        assertThat(queue.sendAll(List.of())).isEmpty();
        assertThat(lone.node.queues()).isEmpty();
    }

    @Test
    void asynchronousSendsOfOneCallerKeepTheirOrder() {
        List<CompletableFuture<Long>> sends =
                IntStream.range(0, 500).mapToObj(i -> queue.sendAsync("m" + i)).toList();
        List<Long> ids = sends.stream().map(CompletableFuture::join).toList();
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        for (int i = 0; i < 500; i++) {
            assertThat(queue.poll()).isEqualTo("m" + i);
        }
    }

    @Test
    void dependentsNeverRunOnTheEngineAndMayCallTheQueueAndWait() {
        var threads = new CopyOnWriteArrayList<Thread>();
        List<CompletableFuture<String>> chains = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            chains.add(queue.sendAsync("m" + i).thenApply(id -> {
                threads.add(Thread.currentThread());
                return queue.sendAsync("n" + id).thenApply(again -> "" + again).join() + queue.poll();
            }));
        }
        chains.forEach(CompletableFuture::join);
        assertThat(threads).doesNotContain(lone.replica.thread);
    }

    @Test
    void browsingRemovesNothing() {
        queue.sendAll(List.of("a", "b", "c"));
        Message<String> head = queue.peek();
        assertThat(head.id()).isEqualTo(1);
        assertThat(head.payload()).isEqualTo("a");
        assertThat(head.contentType()).isEqualTo("text/plain; charset=utf-8");
        assertThat(head.sentAt()).isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(queue.browse(2)).extracting(Message::payload).containsExactly("a", "b");
        assertThat(queue.browse(0)).isEmpty();
        assertThat(queue.browse(Integer.MAX_VALUE)).hasSize(3);
        assertThat(queue.size()).isEqualTo(3);
        assertThatThrownBy(() -> queue.browse(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void headersAndKeyComeBack() {
        queue.send("a", SendOptions.key("k-1").header("trace", "17"));
        Message<String> head = queue.peek();
        assertThat(head.headers()).isEqualTo(Map.of("trace", "17"));
        assertThat(head.key()).isEqualTo("k-1");
    }

    @Test
    void aPurgeSaysHowMany() {
        assertThat(queue.purge()).isZero();
        queue.sendAll(List.of("a", "b"));
        assertThat(queue.purge()).isEqualTo(2);
        assertThat(queue.peek()).isNull();
    }

    @Test
    void limitsAreStatedAndNothingIsSentBeyondThem() {
        String large = "x".repeat(1_001);
        assertThatThrownBy(() -> queue.send(large))
                .isInstanceOf(MessageTooLargeException.class)
                .hasMessageContaining("1001 bytes, more than the limit of 1000");
        assertThatThrownBy(() -> queue.sendAsync(large).join()).hasCauseInstanceOf(MessageTooLargeException.class);
        assertThatThrownBy(() -> queue.sendAll(
                        List.of("x".repeat(1_000), "x".repeat(1_000), "x".repeat(1_000), "x".repeat(1_000), "y")))
                .isInstanceOf(MessageTooLargeException.class)
                .hasMessageContaining("none was sent");
        assertThatThrownBy(() -> queue.send("a", SendOptions.none().header("h", "x".repeat(70_000))))
                .isInstanceOf(MessageTooLargeException.class);
        assertThat(queue.size()).isZero();
        assertThat(queue.send("x".repeat(1_000))).isEqualTo(1);
    }

    @Test
    void queueNamesAreChecked() {
        for (String name : List.of("", "a b", "a/b", "ä", "x".repeat(129))) {
            assertThatThrownBy(() -> lone.node.queue(name, PayloadCodec.string()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("queue name \"" + name + "\" is not usable");
        }
        lone.node.queue("A-z_0.9", PayloadCodec.string()).send("a");
    }

    @Test
    void aFullQueueSaysSoAndTellsListeners() {
        lone.node.configureQueue("orders", new QueueSettings(2, 0)).join();
        queue.sendAll(List.of("a", "b"));
        assertThatThrownBy(() -> queue.send("c"))
                .isInstanceOfSatisfying(
                        QueueFullException.class, e -> assertThat(e.retry()).isEqualTo(Retry.NOT_APPLIED))
                .hasMessageContaining("queue orders is full: 2 messages wait (limits: maxMessages 2")
                .hasMessageContaining("leader node01");
        await().until(() -> full.equals(List.of("orders")));
        assertThat(queue.poll()).isEqualTo("a");
        queue.send("c");
    }

    @Test
    void aMessageThatCannotBeDecodedIsNeverDropped() {
        queue.send("no json");
        RaftQueue<Integer> numbers = lone.node.queue("orders", Integer.class);
        assertThatThrownBy(numbers::peek).isInstanceOf(CodecException.class);
        assertThat(numbers.size()).isEqualTo(1);
        assertThatThrownBy(numbers::poll)
                .isInstanceOfSatisfying(CodecException.class, e -> {
                    assertThat(e.undecoded().id()).isEqualTo(1);
                    assertThat(e.undecoded().contentType()).isEqualTo("text/plain; charset=utf-8");
                    assertThat(e.undecoded().payload()).asString().isEqualTo("no json");
                    assertThat(e.retry()).isEqualTo(Retry.USELESS);
                })
                .hasMessageContaining("message 1 of queue orders")
                .hasMessageContaining("see undecoded()");
        queue.send("again no json");
        assertThatThrownBy(() -> numbers.pollAsync().join()).hasCauseInstanceOf(CodecException.class);
    }

    /** As of a class that is missing at run time, or of a value that is nested too deeply for the stack. */
    @Test
    void aCodecThatEndsInAnErrorDropsNothingAndLetsNobodyWait() {
        List<Error> errors = List.of(new NoClassDefFoundError("Order"), new StackOverflowError(), new AssertionError());
        for (Error error : errors) {
            RaftQueue<String> broken = lone.node.queue("orders", new PayloadCodec<>() {
                @Override
                public EncodedPayload encode(String value) {
                    return new EncodedPayload(value.getBytes(StandardCharsets.UTF_8), "text/plain");
                }

                @Override
                public String decode(EncodedMessage message) {
                    throw error;
                }
            });
            broken.send("kept");
            broken.send("kept");
            CompletableFuture<String> later = broken.pollAsync();
            await().until(later::isDone);
            for (CompletableFuture<String> call : List.of(later, CompletableFuture.supplyAsync(broken::poll))) {
                assertThatThrownBy(call::join)
                        .cause()
                        .isInstanceOfSatisfying(
                                CodecException.class,
                                e -> assertThat(e.undecoded().payload())
                                        .asString()
                                        .isEqualTo("kept"));
            }
        }
    }

    @Test
    void whatCannotBeEncodedIsNotSent() {
        RaftQueue<Object> objects = lone.node.queue("objects", Object.class);
        assertThatThrownBy(() -> objects.send(new Object()))
                .isInstanceOfSatisfying(
                        CodecException.class, e -> assertThat(e.undecoded()).isNull())
                .hasMessageContaining("nothing was sent");
        assertThat(objects.size()).isZero();
    }

    @Test
    void anInterruptDoesNotCutASendShort() {
        Thread.currentThread().interrupt();
        assertThat(queue.send("a")).isEqualTo(1);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void figuresAreThoseOfTheState() {
        queue.sendAll(List.of("aa", "bb", "cc"));
        queue.poll();
        QueueStats stats = lone.node.queueStats("orders");
        assertThat(stats.depth()).isEqualTo(2);
        assertThat(stats.bytes()).isEqualTo(4);
        assertThat(stats.sent()).isEqualTo(3);
        assertThat(stats.taken()).isEqualTo(1);
        assertThat(stats.settings()).isEqualTo(QueueSettings.UNLIMITED);
        assertThat(lone.node.queueStats("nowhere")).isNull();
    }

    @Test
    void aDeletedQueueIsGone() {
        assertThat(lone.node.deleteQueue("orders").join()).isFalse();
        queue.send("a");
        assertThat(lone.node.deleteQueue("orders").join()).isTrue();
        assertThat(lone.node.queues()).isEmpty();
        assertThat(queue.poll()).isNull();
    }

    @Test
    void anotherDeadlineIsTheSameHandle() {
        RaftQueue<String> hasty = queue.withTimeout(Duration.ofMillis(50));
        hasty.send("a");
        assertThat(queue.poll()).isEqualTo("a");
        hasty.close();
        assertThatThrownBy(queue::poll).hasMessageContaining("this handle of queue orders is closed");
        assertThatThrownBy(() -> queue.withTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void awaitReadyTellsWhyNot() throws Exception {
        queue.awaitReady(Duration.ofSeconds(1));
        lone.replica.leaderless(true);
        assertThatThrownBy(() -> queue.awaitReady(Duration.ofMillis(50)))
                .hasMessageContaining("not ready: there is no leader")
                .hasMessageContaining("node01 is Candidate");
    }

    @Test
    void aSlowOrThrowingListenerStopsNobody() {
        var heard = new CopyOnWriteArrayList<Throwable>();
        lone.node.addListener(new NodeListener() {
            @Override
            public void failed(Throwable cause) {
                throw new IllegalStateException("listener");
            }
        });
        lone.node.addListener(new NodeListener() {
            @Override
            public void failed(Throwable cause) {
                heard.add(cause);
            }
        });
        lone.replica.fail(new java.io.IOException("disk"));
        await().until(() -> heard.size() == 1);
    }
}
