package io.raftqueue.log;

import io.raftqueue.log.disk.DiskDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The carried files, oldest first; a newer copy of a message goes before an older one. */
final class CarriedFiles {
    private final DiskDirectory disk;
    private final long keepFree;
    private final UUID incarnation;
    private final Checksum checksum;
    private final FailureGate gate;
    private volatile List<CarriedFile> files = List.of();
    private final AtomicLong nextSequence = new AtomicLong(1);

    CarriedFiles(DiskDirectory disk, long keepFree, UUID incarnation, Checksum checksum, FailureGate gate) {
        this.disk = disk;
        this.keepFree = keepFree;
        this.incarnation = incarnation;
        this.checksum = checksum;
        this.gate = gate;
    }

    /** Opens what is there; files of a snapshot that was never published are removed. */
    void recover(long snapshotIndex) throws IOException {
        List<CarriedFile> found = new ArrayList<>();
        for (String name : disk.list()) {
            long sequence = SegmentHeader.sequenceOf(SegmentHeader.Kind.CARRIED, name, ".seg");
            if (sequence < 0) {
                continue;
            }
            nextSequence.accumulateAndGet(sequence + 1, Math::max);
            CarriedFile file = CarriedFile.open(disk, name, sequence, incarnation, checksum);
            if (file.installedWith() > snapshotIndex) {
                file.segment().delete();
            } else {
                found.add(file);
            }
        }
        files = List.copyOf(found);
    }

    List<CarriedFile> all() {
        return files;
    }

    /** From the thread that reclaims and from the one that receives: two files must never bear one number. */
    CarriedWriter newWriter(long installedWith) throws IOException {
        return new CarriedWriter(disk, nextSequence.getAndIncrement(), installedWith, keepFree, incarnation, checksum);
    }

    /** Opens a published file for reading. */
    CarriedFile open(String name) throws IOException {
        long sequence = SegmentHeader.sequenceOf(SegmentHeader.Kind.CARRIED, name, ".seg");
        return CarriedFile.open(disk, name, sequence, incarnation, checksum);
    }

    synchronized void add(CarriedFile file) {
        List<CarriedFile> more = new ArrayList<>(files);
        more.add(file);
        files = List.copyOf(more);
    }

    synchronized void remove(CarriedFile file) throws IOException {
        List<CarriedFile> fewer = new ArrayList<>(files);
        fewer.remove(file);
        files = List.copyOf(fewer);
        file.segment().delete();
    }

    synchronized void replaceAll(List<CarriedFile> installed) throws IOException {
        List<CarriedFile> old = files;
        files = List.copyOf(installed);
        for (CarriedFile file : old) {
            file.segment().delete();
        }
    }

    byte @Nullable [] body(long uid, long id) {
        List<CarriedFile> now;
        do {
            now = files;
            for (int i = now.size() - 1; i >= 0; i--) {
                byte[] body = now.get(i).body(uid, id, gate, disk.path());
                if (body != null) {
                    return body;
                }
            }
        } while (now != files); // one that has gone meanwhile has left its bodies to a newer one
        return null;
    }

    void close() {
        files.forEach(file -> file.segment().close());
    }
}
