package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.NoLeaderException;
import io.raftqueue.OutcomeUnknownException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a call is told that nobody answers. */
class OverdueCallsTest {
    private final OverdueCalls overdue = new OverdueCalls("node01");

    @AfterEach
    void close() {
        overdue.close();
    }

    private static Throwable failure(CompletableFuture<String> caller) {
        await().atMost(Duration.ofSeconds(10)).until(caller::isDone);
        return caller.handle((value, why) -> why).join();
    }

    @Test
    void whatWasBegunMayStillBeApplied() {
        var change = new CompletableFuture<String>();
        var read = new CompletableFuture<String>();
        assertThat(overdue.watch(change, System.nanoTime(), true).begin()).isTrue();
        assertThat(overdue.watch(read, System.nanoTime(), false).begin()).isTrue();
        assertThat(failure(change)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(failure(read)).isInstanceOf(NoLeaderException.class);
    }

    @Test
    void whatWasNotBegunNeverBegins() {
        var change = new CompletableFuture<String>();
        OverdueCalls.Call call = overdue.watch(change, System.nanoTime(), true);
        assertThat(failure(change)).isInstanceOf(NoLeaderException.class).hasMessageStartingWith("not applied: node01");
        assertThat(call.begin()).isFalse();
    }

    @Test
    void whatIsAnsweredInTimeIsLeftAlone() {
        var answered = new CompletableFuture<String>();
        var later = new CompletableFuture<String>();
        overdue.watch(answered, System.nanoTime(), true).begin();
        overdue.watch(later, System.nanoTime(), true);
        answered.complete("done");
        assertThat(failure(later)).isNotNull();
        assertThat(answered).isCompletedWithValue("done");
    }
}
