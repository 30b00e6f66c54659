package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.raftqueue.log.disk.NioDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real power cuts: a process writes a log on an ext4 file system in a file, the file system is shut down under it without
 * flushing its journal, and mounted again. Needs root, loop devices and python3:
 * {@code mvn -pl library test -Dtest=PowerCutTest -Dgroups=heavy -DexcludedGroups=none -DargLine=-Dpowercuts=30}.
 */
@Tag("heavy")
class PowerCutTest {
    private static final int CUTS = Integer.getInteger("powercuts", 10);
    private static final String SHUT_DOWN = "import fcntl,os,struct,sys\n"
            + "fd=os.open(sys.argv[1],os.O_RDONLY)\n"
            + "fcntl.ioctl(fd,0x8004587D,struct.pack('I',2))\n";

    @Test
    void whatWasDurableIsThereAfterEveryCut(@TempDir Path directory) throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/loop-control")) && "root".equals(System.getProperty("user.name")));
        Path image = directory.resolve("disk.img");
        Path mount = Files.createDirectory(directory.resolve("mnt"));
        command("truncate", "-s", "600M", image.toString());
        command("mkfs.ext4", "-q", "-F", image.toString());
        Random random = new Random(1);
        long acked = 0;
        for (int cut = 1; cut <= CUTS; cut++) {
            command("mount", "-o", "loop", image.toString(), mount.toString());
            try {
                acked = writeUntilCut(mount, cut, 1000 + random.nextInt(2000));
            } finally {
                command("umount", mount.toString());
            }
            // Another mount namespace may have the file system that was shut down still: its image is mounted as a new
            // one.
            Path copy = directory.resolve("copy.img");
            command("cp", "--sparse=always", image.toString(), copy.toString());
            Files.move(copy, image, StandardCopyOption.REPLACE_EXISTING);
            command("mount", "-o", "loop", image.toString(), mount.toString());
            try (LogFixture f = LogFixture.open(
                    NioDirectory.open(mount.resolve("data")),
                    LogFixture.SMALL.withSegmentBytes(1 << 20),
                    QueueStory.BODIES)) {
                assertThat(f.log.lastIndex()).as("cut %s", cut).isGreaterThanOrEqualTo(acked);
                QueueStory story = new QueueStory(f.log);
                story.checkBodies("cut " + cut);
                System.out.printf(
                        "cut %d: acked %d, found %d, snapshot %d, %d waiting%n",
                        cut, acked, f.log.lastIndex(), f.log.snapshotIndex(), story.waiting());
            } finally {
                command("umount", mount.toString());
            }
        }
        assertThat(acked).isGreaterThan(100L * CUTS);
    }

    private static long writeUntilCut(Path mount, int cut, long millis) throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        mount.resolve("data").toString(),
                        Integer.toString(cut))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long acked = 0;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
            long start = 0;
            boolean shut = false;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                acked = Long.parseLong(line);
                start = start == 0 ? System.nanoTime() : start;
                if (!shut && System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(millis)) {
                    command("python3", "-c", SHUT_DOWN, mount.toString());
                    shut = true;
                }
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        return acked;
    }

    private static void command(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", words[0], said).isZero();
    }

    /** Sends, takes, snapshots and reclaims until the disk is gone; prints what it has called durable. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws Exception {
            LogFixture f = LogFixture.open(
                    NioDirectory.open(Path.of(args[0])), LogFixture.SMALL.withSegmentBytes(1 << 20), QueueStory.BODIES);
            QueueStory story = new QueueStory(f.log);
            Random random = new Random(Integer.parseInt(args[1]));
            while (true) {
                story.step(random);
                f.log.sync();
                System.out.println(f.log.durableIndex());
            }
        }
    }
}
