package io.raftqueue.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import io.raftqueue.command.Mutations;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every target on its good inputs, on a few hundred seeded mutations of them, and on all that was ever found: the files in
 * {@code src/test/resources/fuzz/<target>}. {@link FuzzCampaignTest} is what finds more.
 */
class FuzzRegressionTest {
    private static final int MUTATIONS = Integer.getInteger("fuzz.mutations", 300);

    static Stream<String> names() {
        return FuzzTargets.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
    void holds(String name) throws IOException, URISyntaxException {
        FuzzTarget target = FuzzTargets.named(name);
        List<byte[]> known = new ArrayList<>(target.seeds());
        assertThat(known).as("good inputs of %s", name).isNotEmpty();
        for (byte[] seed : known) {
            target.takes(seed); // once before it is measured: it loads classes
            assertThat(read(name, target, seed))
                    .as("a good input of %s is taken", name)
                    .isTrue();
        }
        for (byte[] found : found(name)) {
            read(name, target, found);
            known.add(found);
        }
        Random random = new Random(name.hashCode());
        for (int i = 0; i < MUTATIONS; i++) {
            read(name, target, Mutations.mutated(known.get(random.nextInt(known.size())), random));
        }
    }

    private static boolean read(String name, FuzzTarget target, byte[] input) {
        try {
            return Fuzzer.read(target, input);
        } catch (RuntimeException | Error e) {
            return fail(
                    name + " on " + input.length + " bytes " + HexFormat.of().formatHex(input), e);
        }
    }

    private static List<byte[]> found(String name) throws IOException, URISyntaxException {
        URL directory = FuzzRegressionTest.class.getResource("/fuzz/" + name);
        if (directory == null) {
            return List.of();
        }
        List<byte[]> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
            for (Path file : files.sorted().toList()) {
                found.add(Files.readAllBytes(file));
            }
        }
        return found;
    }
}
