package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private final LatencyHistogram histogram = new LatencyHistogram();

    @Test
    void sharesOfWhatWasRecordedAreTrueWithinAnEighth() {
        assertThat(histogram.millis(0.99)).isZero();
        for (int i = 1; i <= 1_000; i++) {
            histogram.record(i * 1_000_000L);
        }
        assertThat(histogram.millis(0.5)).isCloseTo(500, Percentage.withPercentage(13));
        assertThat(histogram.millis(0.99)).isCloseTo(990, Percentage.withPercentage(13));
        assertThat(histogram.millis(1)).isBetween(1_000.0, 1_130.0);
    }

    @Test
    void anyNumberIsTaken() {
        for (long nanos : new long[] {Long.MIN_VALUE, -1, 0, 1, 7, 8, Long.MAX_VALUE}) {
            histogram.record(nanos);
        }
        assertThat(histogram.millis(0.5)).isLessThan(1);
        assertThat(histogram.millis(1)).isGreaterThan(1_000);
    }

    @Test
    void oldValuesFade() {
        for (int i = 0; i < 10_000; i++) {
            histogram.record(1_000_000_000);
        }
        for (int i = 0; i < 200_000; i++) {
            histogram.record(1_000_000);
        }
        assertThat(histogram.millis(0.999)).isLessThan(2);
    }
}
