package io.raftqueue.server;

import io.raftqueue.MemberStatus;
import io.raftqueue.NodeListener;
import io.raftqueue.NodeStatus;
import io.raftqueue.RaftNode;
import io.raftqueue.server.NodeClient.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings this node into the cluster of the node at -paddr: asks it, again and again, until this node is a voter. It
 * waits as long as it takes for that node to start and to have a leader; only a refusal ends it.
 */
final class JoinThrough implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(JoinThrough.class);

    /** Above the ten seconds for which a node waits for a leader before it answers. */
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final long FIRST_LINE_SECONDS = 3;

    private final Settings settings;
    private final HostPort through;
    private final RaftNode node;
    private final boolean startedAsVoter;
    private final Consumer<String> refused;
    private final NodeClient client = new NodeClient(ANSWER);
    private final long began = System.nanoTime();
    private long nextLineSeconds = FIRST_LINE_SECONDS;

    /**
     * @param startedAsVoter nothing is to be joined then, whatever became of the node since: it may have been removed
     * @param refused told once, in one line, when joining can never succeed
     */
    JoinThrough(Settings settings, HostPort through, RaftNode node, boolean startedAsVoter, Consumer<String> refused) {
        this.settings = settings;
        this.through = through;
        this.node = node;
        this.startedAsVoter = startedAsVoter;
        this.refused = refused;
    }

    @Override
    public void run() {
        try {
            if (startedAsVoter) {
                refuseAnotherCluster();
            } else {
                join();
            }
        } catch (CommandFailure refusal) {
            refused.accept(CommandFailure.oneLine(refusal));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void join() throws InterruptedException {
        if (through.equals(settings.advertisedHttp())) {
            throw refusal("that is this node itself: give -paddr the HTTP address of another node, or use -leader to"
                    + " start a new cluster");
        }
        // Once it was in, that is that: it may be removed before this thread looks again, and must not undo that.
        var in = new CountDownLatch(1);
        var membership = new NodeListener() {
            @Override
            public void membersChanged(List<MemberStatus> members) {
                if (isVoter(members)) {
                    in.countDown();
                }
            }
        };
        node.addListener(membership);
        try {
            long pause = 0;
            while (!isVoter(node.status()) && !node.status().failed() && !in.await(pause, TimeUnit.MILLISECONDS)) {
                tell(ask());
                pause = Math.min(Math.max(2 * pause, FIRST_PAUSE_MILLIS), LONGEST_PAUSE_MILLIS);
            }
        } finally {
            node.removeListener(membership);
        }
    }

    /** @return what the node is waiting for */
    private String ask() throws InterruptedException {
        Answer answer;
        try {
            answer = client.post(through, "/join", NodeClient.joinBody(settings));
        } catch (IOException e) {
            return NodeClient.reason(e);
        }
        return switch (answer.status()) {
            case 201, 202 -> "taken in, catching up with the log";
            case 409 -> {
                if (anotherChangeRuns(answer)) {
                    yield answer.detail();
                }
                throw refusal(answer.detail());
            }
            case 400, 404, 405 ->
                throw refusal("it answers POST /join with HTTP " + answer.status()
                        + ": -paddr must be the HTTP address of a RaftQueue node");
            default -> answer.detail();
        };
    }

    private CommandFailure refusal(String why) {
        return CommandFailure.runtime(settings.id() + " cannot join through " + through + ": " + why);
    }

    /** One change of members runs at a time; who comes second has only to come again. */
    private static boolean anotherChangeRuns(Answer answer) {
        return answer.detail().contains("change is still running");
    }

    /** A line after three seconds, then each time the wait has doubled. */
    private void tell(String reason) {
        long waited = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        if (waited >= nextLineSeconds) {
            nextLineSeconds = 2 * waited;
            LOG.info("{} waits to join through {} for {} s: {}", settings.id(), through, waited, reason);
        }
    }

    static boolean isVoter(NodeStatus status) {
        return status.clusterId() != null && isVoter(status.members());
    }

    private static boolean isVoter(List<MemberStatus> members) {
        return members.stream().anyMatch(member -> member.self() && member.voter());
    }

    /**
     * A member needs no -paddr, so a dead one is no error. But one that answers for another cluster means that this is
     * the wrong directory or the wrong address, and staying would look like having joined.
     */
    private void refuseAnotherCluster() throws InterruptedException {
        String theirs;
        try {
            theirs = client.get(through, "/stats").json().path("cluster").asText("");
        } catch (IOException e) {
            return;
        }
        String ours = node.status().clusterId();
        if (ours != null && !theirs.isEmpty() && !theirs.equals(ours)) {
            throw CommandFailure.runtime(settings.directory() + " holds data of cluster "
                    + node.status().clusterId()
                    + ", but " + through + " belongs to another cluster (" + theirs + "): give -dir an empty directory"
                    + " to join that one, or leave -paddr out to stay in this one");
        }
    }
}
