package io.raftqueue.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftqueue.RaftNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same contract on a node with a log, a state and Raft behind it. */
class SeedContractOnARealNodeTest extends SeedContractTest {
    @Override
    RaftNode startNode() {
        RaftNode node = RaftNode.temporary();
        try {
            node.awaitReady(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return node;
    }

    @Test
    void statsHaveTheKeysOfTheSeed() throws IOException {
        String stats =
                RawHttp.once(address(), "GET /stats HTTP/1.1", List.of(), null).text();

        for (String key : ("applied_index commit_index fsm_pending last_contact last_log_index last_log_term"
                        + " last_snapshot_index last_snapshot_term latest_configuration latest_configuration_index"
                        + " num_peers protocol_version protocol_version_max protocol_version_min"
                        + " snapshot_version_max snapshot_version_min state term")
                .split(" ")) {
            assertThat(stats).contains("\"" + key + "\":\"");
        }
        assertThat(stats)
                .contains("\"state\":\"Leader\"", "\"num_peers\":\"0\"")
                .containsPattern(
                        "\"latest_configuration\":\"\\[\\{Suffrage:Voter ID:node01 Address:localhost:[0-9]+}]\"");
    }

    @Test
    void receiversThatHangUpWhileTheyWaitCostNoMessage() throws IOException {
        for (int i = 0; i < 20; i++) {
            var gone = new RawHttp(address());
            gone.write("GET /receive?wait=60s HTTP/1.1\r\nHost: x\r\n\r\n");
            await().until(() -> underWay() == 1);
            gone.close();
            await().until(() -> underWay() == 0);
        }
        RawHttp.once(address(), "POST /send HTTP/1.1", List.of(), "{}".getBytes(StandardCharsets.UTF_8));

        assertThat(RawHttp.once(address(), "GET /recieve HTTP/1.1", List.of(), null)
                        .header("Message-Id"))
                .isEqualTo("1");
    }
}
