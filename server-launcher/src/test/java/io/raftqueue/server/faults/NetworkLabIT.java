package io.raftqueue.server.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.server.Launch;
import io.raftqueue.server.NodeProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab itself: what is cut does not arrive, what is not cut does, and nothing stays behind. */
class NetworkLabIT {
    @TempDir
    Path directory;

    private final List<NodeProcess> nodes = new ArrayList<>();

    @AfterEach
    void killAll() {
        nodes.forEach(NodeProcess::close);
    }

    private void start(NetworkLab lab) {
        for (int i = 0; i < lab.nodes(); i++) {
            String begin = i == 0 ? "-leader" : "-paddr=" + lab.httpAddress(0);
            nodes.add(NodeProcess.start(
                    directory, "-id=n%d -dir=n%d %s %s".formatted(i, i, begin, lab.flags(i)), Launch.in(lab, i)));
        }
        for (int i = 0; i < lab.nodes(); i++) {
            awaitLeaderAt(i);
        }
    }

    private void awaitLeaderAt(int node) {
        await("node " + node + " knows a leader among three")
                .atMost(NodeProcess.SOON)
                .until(() -> !nodes.get(node).stat("leader").isEmpty()
                        && nodes.get(node).stat("num_peers").equals("2"));
    }

    private int leader() throws InterruptedException {
        await("a leader").atMost(NodeProcess.SOON).until(() -> leaderNow() >= 0);
        return leaderNow();
    }

    private int leaderNow() throws InterruptedException {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).stat("state").equals("Leader")) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void anIsolatedLeaderIsReplacedAndComesBackAsAFollower() throws Exception {
        try (var lab = NetworkLab.open(3)) {
            assumeThat(lab.canCut()).as(lab.describe()).isTrue();
            start(lab);
            int old = leader();

            lab.isolate(old);
            await("the old leader steps down, another leads")
                    .atMost(NodeProcess.SOON)
                    .until(() -> {
                        int now = leaderNow();
                        return now >= 0
                                && now != old
                                && !nodes.get(old).stat("state").equals("Leader");
                    });

            lab.heal();
            awaitLeaderAt(old);
            assertThat(nodes.get(old).stat("state")).isEqualTo("Follower");
        }
    }

    @Test
    void aCutHasOneDirectionAndEndsWithTheHealing() throws Exception {
        try (var lab = NetworkLab.open(3)) {
            assumeThat(lab.canCut()).as(lab.describe()).isTrue();
            assertThat(arrives(lab, 0, 1)).isTrue();

            lab.cut(0, 1);
            assertThat(arrives(lab, 0, 1)).as("cut").isFalse();
            assertThat(arrives(lab, 1, 0)).as("the way back").isTrue();
            assertThat(arrives(lab, 0, 2)).as("to the third").isTrue();

            lab.heal();
            assertThat(arrives(lab, 0, 1)).as("healed").isTrue();

            lab.bridge(2);
            assertThat(arrives(lab, 0, 1)).isFalse();
            assertThat(arrives(lab, 1, 0)).isFalse();
            assertThat(arrives(lab, 0, 2)).isTrue();
            assertThat(arrives(lab, 2, 1)).isTrue();
        }
    }

    /** A datagram goes through, in this one direction. */
    private static boolean arrives(NetworkLab lab, int from, int to) throws IOException {
        Process receiver = Datagram.java(lab.prefix(to), "receive", "1000");
        assertThat(receiver.getInputStream().read()).as("it listens").isGreaterThan(0);
        Process sender = Datagram.java(lab.prefix(from), "send", lab.raftAddress(to));
        boolean arrived = receiver.getInputStream().readAllBytes().length > 1;
        sender.destroyForcibly();
        return arrived;
    }

    @Test
    void nothingStaysBehindEvenIfProcessesStillRun() throws Exception {
        var lab = NetworkLab.open(3);
        assumeThat(lab.canCut()).as(lab.describe()).isTrue();
        String before = Command.run(List.of("ip", "link"));
        start(lab);
        String name = lab.prefix(0).get(3);
        assertThat(Command.run(List.of("ip", "link")))
                .as("links of this machine")
                .isEqualTo(before);
        assertThat(Command.run(List.of("ip", "netns"))).contains(name);

        lab.close();

        assertThat(Command.run(List.of("ip", "netns"))).doesNotContain(name);
        await("its processes end")
                .atMost(NodeProcess.SOON)
                .until(() -> nodes.stream().noneMatch(NodeProcess::isAlive));
    }

    @Test
    void onLoopbackNothingCanBeCutAndItSaysSo() {
        try (var lab = NetworkLab.loopback(3, "as asked")) {
            assertThat(lab.describe()).contains("NO partitions (as asked)");
            assertThatThrownBy(() -> lab.isolate(0)).isInstanceOf(IllegalStateException.class);
        }
    }
}
