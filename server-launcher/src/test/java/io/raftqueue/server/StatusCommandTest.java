package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatusCommandTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(StatusCommand.table(List.of(List.of("ID", "ROLE"), List.of("node01", "Leader"), List.of("n2", "x"))))
                .containsExactly("ID      ROLE", "node01  Leader", "n2      x");
    }
}
