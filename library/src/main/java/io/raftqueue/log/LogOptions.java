package io.raftqueue.log;

/**
 * Sizes of the log.
 *
 * @param segmentBytes size of a segment file; one is preallocated ahead (default 16 MiB)
 * @param tailCacheBytes memory for the newest entries, so that replication, apply and fresh takes read no disk
 *     (default 32 MiB)
 * @param retainedEntries entries kept before the newest snapshot for followers that lag a little (default 1,000)
 * @param watermarkBytes below the smaller of this and the share the node refuses sends (default 1 GiB)
 * @param watermarkShare share of the device, 0.05 by default
 * @param fsync false loses acknowledged messages when the machine fails; only for measurements
 */
public record LogOptions(
        int segmentBytes,
        long tailCacheBytes,
        long retainedEntries,
        long watermarkBytes,
        double watermarkShare,
        boolean fsync) {
    private static final int SMALLEST_SEGMENT = 4096;

    public LogOptions {
        if (segmentBytes < SMALLEST_SEGMENT) {
            throw new IllegalArgumentException(
                    "segmentBytes is " + segmentBytes + ", must be at least " + SMALLEST_SEGMENT);
        }
        if (tailCacheBytes < 0
                || retainedEntries < 0
                || watermarkBytes < 0
                || !(watermarkShare >= 0 && watermarkShare < 1)) {
            throw new IllegalArgumentException("sizes must not be negative, the share must be in 0 to 1");
        }
    }

    public static LogOptions defaults() {
        return new LogOptions(16 << 20, 32L << 20, 1_000, 1L << 30, 0.05, true);
    }

    public LogOptions withSegmentBytes(int bytes) {
        return new LogOptions(bytes, tailCacheBytes, retainedEntries, watermarkBytes, watermarkShare, fsync);
    }

    public LogOptions withTailCacheBytes(long bytes) {
        return new LogOptions(segmentBytes, bytes, retainedEntries, watermarkBytes, watermarkShare, fsync);
    }

    public LogOptions withRetainedEntries(long entries) {
        return new LogOptions(segmentBytes, tailCacheBytes, entries, watermarkBytes, watermarkShare, fsync);
    }

    public LogOptions withWatermark(long bytes, double share) {
        return new LogOptions(segmentBytes, tailCacheBytes, retainedEntries, bytes, share, fsync);
    }

    public LogOptions withFsync(boolean on) {
        return new LogOptions(segmentBytes, tailCacheBytes, retainedEntries, watermarkBytes, watermarkShare, on);
    }
}
