package io.raftqueue.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A run of results takes a few bytes, and no more memory than that until somebody wants the results. */
class ResultCodecTest {
    private static final int MOST = CommandCodec.MAX_COMMANDS;

    @Test
    void aLongRunIsReadInLittleMemory() {
        byte[] bytes = ResultCodec.encode(Collections.nCopies(MOST, new Result.Taken(63, 13, 0)));
        assertThat(bytes).hasSizeLessThan(16);
        ResultCodec.decode(bytes);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        List<Result> read = ResultCodec.decode(bytes);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(read).hasSize(MOST);
        assertThat(allocated).as("bytes for a list that was %d", bytes.length).isLessThan(10_000);
    }

    @Test
    void everyResultOfALongRunIsThere() {
        List<Result> sent = new ArrayList<>();
        sent.add(new Result.Configured());
        for (int i = 0; i < MOST - 2; i++) {
            sent.add(new Result.Sent(10 + 3L * i, 3));
        }
        sent.add(new Result.Deleted(true));
        List<Result> read = ResultCodec.decode(ResultCodec.encode(sent));
        assertThat(read).isEqualTo(sent);
        assertThat(read.get(MOST - 2)).isEqualTo(new Result.Sent(10 + 3L * (MOST - 3), 3));
        assertThatThrownBy(() -> read.get(MOST)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aRunPastTheLastIdIsRefused() {
        byte[] last =
                ResultCodec.encode(List.of(new Result.Sent(Long.MAX_VALUE - 1, 1), new Result.Sent(Long.MAX_VALUE, 1)));
        assertThat(ResultCodec.decode(last)).hasSize(2);
        last[1]++;
        last[last.length - 1]++;
        assertThatThrownBy(() -> ResultCodec.decode(last))
                .as(HexFormat.of().formatHex(last))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining("past the last id");
    }
}
