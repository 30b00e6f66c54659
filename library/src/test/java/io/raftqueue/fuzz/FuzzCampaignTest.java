package io.raftqueue.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jazzer on every target, guided by coverage, each in a process of its own with a small heap:
 * {@code mvn -pl library test -Dtest=FuzzCampaignTest -Dgroups=fuzz -DexcludedGroups=none -Dfuzz.seconds=60}, and
 * {@code -Dfuzz.only=peer} for one. What it finds is put into {@code target/fuzz-findings}; cured, it belongs to the files
 * of {@link FuzzRegressionTest}.
 */
@Tag("fuzz")
class FuzzCampaignTest {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 5);
    private static final int LONGEST_INPUT = 8192;
    private static final int SECONDS_PER_INPUT = 10;
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in");
    private static final Path FINDINGS = Path.of("target", "fuzz-findings").toAbsolutePath();

    static Stream<String> names() {
        String only = System.getProperty("fuzz.only", "");
        return FuzzTargets.all().keySet().stream().filter(name -> only.isEmpty() || name.equals(only));
    }

    @ParameterizedTest
    @MethodSource("names")
    void findsNothing(String name, @TempDir Path directory) throws IOException, InterruptedException {
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        int number = 0;
        for (byte[] seed : FuzzTargets.named(name).seeds()) {
            Files.write(corpus.resolve("seed-" + number++), seed);
        }
        Path said = directory.resolve("output");
        Process jazzer = new ProcessBuilder(command(name, directory, corpus))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(jazzer.waitFor(SECONDS + 120L, TimeUnit.SECONDS))
                    .as("%s ends by itself: %s", name, tail(said))
                    .isTrue();
        } finally {
            jazzer.destroyForcibly().waitFor();
        }
        String output = Files.readString(said, StandardCharsets.UTF_8);
        List<Path> found = keepFindings(name, directory);
        assertThat(jazzer.exitValue())
                .as("%s found %s:%n%s", name, found, tail(said))
                .isZero();
        Matcher done = DONE.matcher(output);
        assertThat(done.find()).as("%s tells what it did: %s", name, tail(said)).isTrue();
        assertThat(Long.parseLong(done.group(1))).as("inputs tried on %s", name).isGreaterThan(20L * SECONDS);
        System.out.printf("fuzz %s: %s%n", name, lastCoverage(output) + ", " + done.group());
    }

    private static List<String> command(String name, Path directory, Path corpus) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1"); // most of these few seconds would go into compiling otherwise
        command.add("-XX:+EnableDynamicAgentLoading");
        command.add("-D" + Fuzzer.TARGET + "=" + name);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("com.code_intelligence.jazzer.Jazzer");
        command.add("--target_class=" + Fuzzer.class.getName());
        command.add("--instrumentation_includes=io.raftqueue.**");
        command.add("--custom_hook_includes=io.raftqueue.**");
        command.add("--reproducer_path=" + directory);
        command.add("-artifact_prefix=" + directory + "/");
        command.add("-max_total_time=" + SECONDS);
        command.add("-max_len=" + LONGEST_INPUT);
        command.add("-timeout=" + SECONDS_PER_INPUT);
        command.add("-use_value_profile=1");
        command.add(corpus.toString());
        return command;
    }

    private static List<Path> keepFindings(String name, Path directory) throws IOException {
        List<Path> kept = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().matches("(crash|timeout|oom)-.*")) {
                    Path target = FINDINGS.resolve(name).resolve(file.getFileName());
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                    kept.add(target);
                }
            }
        }
        return kept;
    }

    private static String lastCoverage(String output) {
        Matcher coverage = Pattern.compile("cov: \\d+ ft: \\d+").matcher(output);
        String last = "no coverage";
        while (coverage.find()) {
            last = coverage.group();
        }
        return last;
    }

    private static String tail(Path said) throws IOException {
        List<String> lines = Files.readAllLines(said, StandardCharsets.UTF_8);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }
}
