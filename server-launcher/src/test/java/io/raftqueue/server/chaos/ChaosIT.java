package io.raftqueue.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Real processes, in network namespaces where root allows, under faults of many kinds, with HTTP and Java clients on every
 * node: the whole history is what a FIFO queue would give. Two minutes here;
 * {@code -Dchaos.minutes=60 -Dchaos.seed=7 -Dchaos.nodes=5 -Dit.test=ChaosIT} for the long form. What happens can be read
 * in {@code chaos.log} while it runs.
 */
class ChaosIT {
    @Test
    void nothingIsLostDoubledReorderedOrWronglyEmpty() throws Exception {
        var settings = new ChaosRun.Settings(
                Double.parseDouble(System.getProperty("chaos.minutes", "2")),
                Long.getLong("chaos.seed", 1),
                Integer.getInteger("chaos.nodes", 3));
        Path jar = Path.of(System.getProperty("queue.jar"));
        Path runs = Files.createDirectories(jar.resolveSibling("chaos"));
        Path directory =
                Files.createTempDirectory(runs, "seed" + settings.seed() + "-").toAbsolutePath();
        var run = new ChaosRun(settings, directory);
        System.out.println("chaos: " + settings + ", see " + run.log().file());

        Report report = run.run();

        System.out.println(report);
        if (report.verdicts().isEmpty()) {
            for (String part : new String[] {"data", "scratch", "history"}) {
                Place.delete(directory.resolve(part));
            }
        }
        assertThat(report.verdicts())
                .as("seed %d; logs and data are in %s", settings.seed(), directory)
                .isEmpty();
        assertThat(report.invalid())
                .as("INVALID, seed %d: it shows nothing", settings.seed())
                .isEmpty();
    }
}
