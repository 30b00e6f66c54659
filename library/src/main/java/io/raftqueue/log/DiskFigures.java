package io.raftqueue.log;

/**
 * Room on the device of the data directory, as of the last look.
 *
 * @param usableBytes that may still be written
 * @param totalBytes size of the device
 * @param watermarkBytes below which sends are refused
 */
public record DiskFigures(long usableBytes, long totalBytes, long watermarkBytes) {
    public boolean belowWatermark() {
        return usableBytes < watermarkBytes;
    }
}
