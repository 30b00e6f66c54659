package io.raftqueue.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads {@code golden/*.txt}: a name and a colon, then lines of hex bytes, each with a comment behind #. These bytes are
 * on disks and wires out there: when a test on them fails, the code is wrong, not the file. A new format gets a new
 * version and a new name.
 */
public final class GoldenBytes {
    private final Map<String, byte[]> byName = new TreeMap<>();

    public GoldenBytes(String resource) {
        Map<String, StringBuilder> hex = new TreeMap<>();
        StringBuilder current = new StringBuilder();
        for (String line : text(resource).lines().toList()) {
            String content = line.replaceFirst("#.*", "").strip();
            if (content.endsWith(":")) {
                current = new StringBuilder();
                hex.put(content.substring(0, content.length() - 1), current);
            } else {
                current.append(content.replace(" ", ""));
            }
        }
        hex.forEach((name, digits) -> byName.put(name, HexFormat.of().parseHex(digits)));
    }

    public byte[] bytes(String name) {
        byte[] bytes = byName.get(name);
        if (bytes == null) {
            throw new IllegalArgumentException("no golden bytes named " + name + " among " + byName.keySet());
        }
        return bytes;
    }

    public Collection<String> names() {
        return byName.keySet();
    }

    private static String text(String resource) {
        try (InputStream in = GoldenBytes.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
