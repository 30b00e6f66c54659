package io.raftqueue.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jazzer on every target, guided by coverage, in processes with a small heap:
 * {@code mvn -pl library test -Dtest=FuzzCampaignTest -Dgroups=fuzz -DexcludedGroups=none -Dfuzz.seconds=60}. Each target
 * has a process of its own; {@code -Dfuzz.only=peer,vote} takes only these, and {@code -Dfuzz.together=true} puts related
 * ones into one process, which saves most of the start-up.
 *
 * <p>{@code -Dfuzz.seed=1} is the short form: as many inputs as a calm machine reads in the seconds, from this seed, so that
 * a loaded machine only takes longer. Mostly these are the same inputs each time, but not always: the number printed last
 * tells. The slow targets are left out.
 *
 * <p>What it finds is put into {@code target/fuzz-findings}; cured, it belongs to the files of {@link FuzzRegressionTest}.
 */
@Tag("fuzz")
class FuzzCampaignTest {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 5);
    private static final int LONGEST_INPUT = 8192;
    private static final int SEED = Integer.getInteger("fuzz.seed", 0);
    private static final int SECONDS_PER_INPUT = 60;
    private static final int SECONDS_FOR_START_AND_END = 600;
    private static final int LINES_OF_A_FINDING = 80;
    private static final Path FINDINGS = Path.of("target", "fuzz-findings").toAbsolutePath();

    static Stream<List<String>> targets() {
        List<FuzzTargets.Group> groups = FuzzTargets.groups().stream()
                .filter(group -> SEED == 0 || group.isQuick())
                .toList();
        if (Boolean.getBoolean("fuzz.together")) {
            return groups.stream().map(FuzzTargets.Group::names);
        }
        List<String> names = groups.stream()
                .flatMap(group -> group.names().stream())
                .sorted()
                .toList();
        String only = System.getProperty("fuzz.only", "");
        List<String> wanted = only.isEmpty() ? names : List.of(only.split(","));
        assertThat(names).containsAll(wanted);
        return wanted.stream().map(List::of);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void findsNothing(List<String> names, @TempDir Path directory) throws IOException, InterruptedException {
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        Map<String, Integer> seeds = new TreeMap<>();
        for (String name : names) {
            List<byte[]> inputs = FuzzTargets.named(name).seeds();
            for (byte[] input : inputs) {
                Path file = corpus.resolve("seed-" + name + "-" + seeds.merge(name, 1, Integer::sum));
                Files.write(file, Fuzzer.inCorpus(names, name, input));
            }
        }
        Path said = directory.resolve("output");
        Process jazzer = new ProcessBuilder(command(names, directory, corpus))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(jazzer.waitFor(SECONDS + (long) SECONDS_FOR_START_AND_END, TimeUnit.SECONDS))
                    .as("%s ends by itself: %s", names, finding(said))
                    .isTrue();
        } finally {
            jazzer.destroyForcibly().waitFor();
        }
        List<Path> found = keepFindings(String.join("-", names), directory);
        assertThat(jazzer.exitValue())
                .as("%s found %s:%n%s", names, found, finding(said))
                .isZero();
        String output = Files.readString(said, StandardCharsets.UTF_8);
        Matcher done = last("#\\d+\\s+DONE\\s+cov: (\\d+) ft: \\d+ corp: \\d+", output);
        assertThat(Integer.parseInt(done.group(1)))
                .as("places reached by %s", names)
                .isGreaterThan(10);
        System.out.printf("fuzz: %s%n", done.group().replaceAll("\\s+", " "));
        for (String name : names) {
            Matcher tried = last("tried " + name + ": (\\d+) inputs, [0-9a-f]+", output);
            System.out.printf("fuzz: %s, no finding%n", tried.group());
            assertThat(Integer.parseInt(tried.group(1)))
                    .as("inputs tried on %s, with the good ones", name)
                    .isGreaterThanOrEqualTo(seeds.get(name));
        }
    }

    /** How long it goes on; by the clock it never meets the same inputs twice. */
    private static List<String> howLong(List<String> names) {
        if (SEED == 0) {
            return List.of("-max_total_time=" + SECONDS);
        }
        FuzzTargets.Group group = FuzzTargets.groups().stream()
                .filter(g -> g.names().containsAll(names))
                .findFirst()
                .orElseThrow();
        // What libFuzzer does every few seconds depends on the clock: it is left out.
        return List.of("-seed=" + SEED, "-runs=" + (long) SECONDS * group.inputsPerSecond(), "-reload=0");
    }

    private static List<String> command(List<String> names, Path directory, Path corpus) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1"); // most of these few seconds would go into compiling otherwise
        command.add("-XX:+EnableDynamicAgentLoading");
        command.add("-D" + Fuzzer.TARGETS + "=" + String.join(",", names));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("com.code_intelligence.jazzer.Jazzer");
        command.add("--target_class=" + Fuzzer.class.getName());
        command.add("--instrumentation_includes=io.raftqueue.**");
        command.add("--custom_hook_includes=io.raftqueue.**");
        command.add("--reproducer_path=" + directory);
        command.add("-artifact_prefix=" + directory + "/");
        command.addAll(howLong(names));
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
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                    kept.add(target);
                }
            }
        }
        return kept;
    }

    private static Matcher last(String pattern, String output) {
        Matcher matcher = Pattern.compile(pattern).matcher(output);
        int start = -1;
        while (matcher.find()) {
            start = matcher.start();
        }
        assertThat(start).as("%s in what Jazzer said: %s", pattern, output).isNotNegative();
        matcher.find(start);
        return matcher;
    }

    /** What Jazzer tells of a finding, or the end of what it said. */
    private static String finding(Path said) throws IOException {
        List<String> lines = Files.readAllLines(said, StandardCharsets.UTF_8);
        int from = Math.max(0, lines.size() - LINES_OF_A_FINDING);
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).startsWith("== Java Exception") || lines.get(i).startsWith("== libFuzzer")) {
                from = i;
            }
        }
        return String.join("\n", lines.subList(from, Math.min(lines.size(), from + LINES_OF_A_FINDING)));
    }
}
