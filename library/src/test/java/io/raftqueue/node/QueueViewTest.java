package io.raftqueue.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftqueue.QueueSettings;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The table in {@link QueueView}'s Javadoc, row by row. */
class QueueViewTest {
    private final LoneNode lone = new LoneNode();
    private final BlockingQueue<String> view = lone.queue().asBlockingQueue();

    @AfterEach
    void close() {
        lone.close();
    }

    private void limit(long messages) {
        lone.node.configureQueue("orders", new QueueSettings(messages, 0)).join();
    }

    @Test
    void sending() throws Exception {
        assertThat(view.add("a")).isTrue();
        assertThat(view.offer("b")).isTrue();
        view.put("c");
        assertThat(view.offer("d", 1, TimeUnit.SECONDS)).isTrue();
        assertThat(view.addAll(List.of("e", "f"))).isTrue();
        assertThat(view.addAll(List.of())).isFalse();
        assertThat(view).containsExactly("a", "b", "c", "d", "e", "f");
    }

    @Test
    void aFullQueue() throws Exception {
        limit(1);
        assertThat(view.remainingCapacity()).isEqualTo(1);
        view.add("a");
        assertThat(view.remainingCapacity()).isZero();
        assertThatThrownBy(() -> view.add("b"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("full");
        assertThat(view.offer("b")).isFalse();
        assertThat(view.offer("b", 30, TimeUnit.MILLISECONDS)).isFalse();
        var putting = new FutureTask<>(() -> {
            view.put("b");
            return true;
        });
        var thread = new Thread(putting);
        thread.setDaemon(true);
        thread.start();
        await().pollDelay(50, TimeUnit.MILLISECONDS).until(() -> !putting.isDone());
        assertThat(view.poll()).isEqualTo("a");
        assertThat(putting.get(5, TimeUnit.SECONDS)).isTrue();
        assertThat(view.poll()).isEqualTo("b");
    }

    @Test
    void removing() throws Exception {
        view.addAll(List.of("a", "b", "c", "d"));
        assertThat(view.peek()).isEqualTo("a");
        assertThat(view.element()).isEqualTo("a");
        assertThat(view.poll()).isEqualTo("a");
        assertThat(view.remove()).isEqualTo("b");
        assertThat(view.take()).isEqualTo("c");
        assertThat(view.poll(1, TimeUnit.SECONDS)).isEqualTo("d");
        assertThat(view.poll()).isNull();
        assertThat(view.poll(1, TimeUnit.MILLISECONDS)).isNull();
        assertThat(view.peek()).isNull();
        assertThatThrownBy(view::remove).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(view::element).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void draining() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            all.add("m" + i);
        }
        lone.queue().sendAll(all.subList(0, 700));
        lone.queue().sendAll(all.subList(700, 1_400));
        lone.queue().sendAll(all.subList(1_400, 1_900));
        lone.queue().sendAll(all.subList(1_900, 2_500));
        var some = new ArrayList<String>();
        assertThat(view.drainTo(some, 3)).isEqualTo(3);
        assertThat(some).containsExactly("m0", "m1", "m2");
        assertThat(view.drainTo(some)).isEqualTo(2_497);
        assertThat(some).isEqualTo(all);
        assertThat(view.drainTo(some)).isZero();
        assertThat(view.drainTo(some, 0)).isZero();
        assertThatThrownBy(() -> view.drainTo(view)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatTheTargetOfADrainRefusesIsNotLost() {
        view.addAll(List.of("a", "b", "c"));
        var small = new ArrayBlockingQueue<String>(1);
        assertThatThrownBy(() -> view.drainTo(small)).isInstanceOf(IllegalStateException.class);
        assertThat(small).containsExactly("a");
        assertThat(view.poll()).isEqualTo("b");
        assertThat(view.poll()).isEqualTo("c");
    }

    @Test
    void looking() {
        assertThat(view.isEmpty()).isTrue();
        view.addAll(List.of("a", "b"));
        assertThat(view).hasSize(2);
        assertThat(view.contains("b")).isTrue();
        assertThat(view.contains("z")).isFalse();
        assertThat(view.toArray()).containsExactly("a", "b");
        assertThat(view.stream().toList()).containsExactly("a", "b");
        assertThat(view.remainingCapacity()).isEqualTo(Integer.MAX_VALUE);
        assertThat(view.toString()).isEqualTo("view of queue orders on node01");
    }

    @Test
    void iteratingLeavesOutWhatWasRemovedMeanwhile() {
        for (int i = 0; i < 200; i++) {
            view.add("m" + i);
        }
        Iterator<String> messages = view.iterator();
        assertThat(messages.next()).isEqualTo("m0");
        view.clear();
        int seen = 1;
        while (messages.hasNext()) {
            messages.next();
            seen++;
        }
        assertThat(seen).isBetween(1, 200);
        assertThatThrownBy(messages::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void clearing() {
        view.addAll(List.of("a", "b"));
        view.clear();
        assertThat(view).isEmpty();
    }

    @Test
    void messagesLeaveAtTheHeadOnly() {
        view.add("a");
        assertThatThrownBy(() -> view.remove("a")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> view.removeAll(List.of("a"))).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> view.retainAll(List.of())).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> view.removeIf(any -> true)).isInstanceOf(UnsupportedOperationException.class);
        Iterator<String> messages = view.iterator();
        messages.next();
        assertThatThrownBy(messages::remove).isInstanceOf(UnsupportedOperationException.class);
        assertThat(view).hasSize(1);
    }

    @Test
    void nullsAreNoMessages() {
        assertThatThrownBy(() -> view.add(null)).isInstanceOf(NullPointerException.class);
    }
}
