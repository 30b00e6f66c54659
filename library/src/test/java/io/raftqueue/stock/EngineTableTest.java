package io.raftqueue.stock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays each row of the table on the engine and on ours, and prints it. Red where the engine does what it must not, as it
 * is expected to; if it does not, the engine was mended and the row can go.
 */
class EngineTableTest {
    private final List<String> surprises = new ArrayList<>();

    @Test
    void theEngineFailsInEachRowAndOursInNone(@TempDir Path directory) throws Exception {
        StringBuilder table =
                new StringBuilder("\n| row | what goes wrong | jgroups-raft 1.1.4 | here |\n|---|---|---|---|\n");
        for (EngineTable.Row row : EngineTable.rows()) {
            table.append("| ").append(row.id()).append(" | ").append(row.what());
            table.append(" | ").append(stock(row, directory.resolve(row.id())));
            table.append(" | ")
                    .append(here(row, directory.resolve(row.id() + "-here")))
                    .append(" |\n");
        }
        System.out.println(table);
        assertThat(surprises).isEmpty();
    }

    private String stock(EngineTable.Row row, Path directory) throws Exception {
        Files.createDirectory(directory);
        String[] seen = new String[1];
        try {
            Quiet.run(() -> seen[0] = row.stock().play(directory));
            return "red: " + seen[0];
        } catch (Exception | AssertionError e) {
            surprises.add(row.id() + " on the engine did not go wrong: " + e);
            return "GREEN: " + brief(e);
        }
    }

    private String here(EngineTable.Row row, Path directory) throws Exception {
        if (row.here().isEmpty()) {
            surprises.add(row.id() + " is shown by no test of ours");
        }
        int n = 0;
        List<String> shown = new ArrayList<>();
        for (Proof proof : row.here()) {
            Path own = directory.resolveSibling(directory.getFileName() + "-" + n++);
            try {
                proof.schedule().play(Files.createDirectory(own));
                shown.add(proof.where());
            } catch (Exception | AssertionError e) {
                surprises.add(row.id() + " goes wrong here: " + proof.where() + ": " + e);
                shown.add("RED: " + proof.where() + ": " + brief(e));
            }
        }
        return "green: " + shown.stream().collect(Collectors.joining("; "));
    }

    private static String brief(Throwable e) {
        String text = String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
        return text.length() > 120 ? text.substring(0, 120) + "…" : text;
    }
}
