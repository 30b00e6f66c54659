package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.command.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Full disks under a living cluster: who leads must have room. */
class LeaderRoomStoriesTest {
    private static final int BIG = 100 << 10;

    private final HouseStory story = new HouseStory(3);

    @Test
    void aLeaderWithoutRoomLetsOneLeadThatHasRoom() {
        SimulatedMember full = story.leader();
        SimulatedMember other = story.followers().get(0);
        full.disk.capacity(0);
        CompletableFuture<Result> there = story.send(other, BIG, 20);
        CompletableFuture<Result> here = story.send(full, BIG, 20);
        assertThat(story.answered(there)).isInstanceOf(Result.Sent.class);
        assertThat(story.leader()).isNotSameAs(full);
        full.disk.capacity(Long.MAX_VALUE / 4);
        assertThat(story.answered(here)).isInstanceOf(Result.Sent.class);
        story.within(30, () -> full.core.stored.of(HouseStory.QUEUE).depth() == 2);
    }

    @Test
    void whereNobodyHasRoomALeaderRemainsForReadsAndAllGoesOnOnceThereIsRoom() {
        List<SimulatedMember> all = story.house.members;
        all.forEach(m -> m.disk.capacity(0));
        List<CompletableFuture<Result>> sends = new ArrayList<>();
        all.forEach(m -> sends.add(story.send(m, BIG, 60)));
        story.passes(20);
        assertThat(sends).noneMatch(CompletableFuture::isDone);
        for (SimulatedMember m : all) {
            CompletableFuture<Void> read = new CompletableFuture<>();
            m.core.reads.add(read, m.now() + 10_000_000_000L, m.now());
            story.within(10, read::isDone);
            assertThat(read).isCompleted();
        }
        all.forEach(m -> m.disk.capacity(Long.MAX_VALUE / 4));
        sends.forEach(s -> assertThat(story.answered(s)).isInstanceOf(Result.Sent.class));
    }
}
