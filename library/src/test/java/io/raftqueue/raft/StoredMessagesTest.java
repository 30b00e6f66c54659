package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftqueue.command.Command;
import io.raftqueue.command.MessageBody;
import io.raftqueue.state.QueueFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What other threads see of the queues while the state is replaced, as by an installed snapshot. */
class StoredMessagesTest {
    private static final List<String> QUEUES = List.of("a", "b", "c");

    private final HouseStory story = new HouseStory(3);
    private final List<Long> depths = new ArrayList<>();

    /** Looks at the queues whenever it is told anything: that is in the middle of it. */
    private final class Reader extends SilentEvents {
        @Nullable
        StoredMessages stored;

        private void look() {
            for (String queue : QUEUES) {
                QueueFigures figures = stored == null ? null : stored.of(queue);
                depths.add(figures == null ? 0 : figures.depth());
            }
        }

        @Override
        public void arrived(String queue) {
            look();
        }

        @Override
        public void queuesChanged() {
            look();
        }
    }

    @Test
    void aQueueWithMessagesSeemsEmptyAtNoMoment() {
        SimulatedMember leader = story.leader();
        for (String queue : QUEUES) {
            MessageBody body = new MessageBody(new byte[8], "application/octet-stream", Map.of(), 0, null);
            story.answered(story.submit(leader, new Command.Send(queue, body), 60));
        }
        Reader reader = new Reader();
        StoredMessages stored = new StoredMessages(leader.core.log, reader);
        stored.reset(leader.core.machine.state());
        depths.clear();
        reader.stored = stored;
        stored.reset(leader.core.machine.state());
        assertThat(depths).isNotEmpty().containsOnly(1L);
    }
}
