package io.raftqueue.server.faults;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process asks its kernel to write, force, rename and remove, in order, seen by {@code strace}. */
public final class SystemCalls implements Closeable {
    private static final String TRACED =
            "trace=write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat";

    /** Of each write so many bytes are seen. */
    private static final int SEEN_BYTES = 20_000;

    private static final Pattern WHOLE = Pattern.compile("(\\d+) +(\\w+)\\((.*)\\) += (-?\\d+).*");
    private static final Pattern UNFINISHED = Pattern.compile("(\\d+) +(\\w+)\\((.*) <unfinished \\.\\.\\.>");
    private static final Pattern RESUMED = Pattern.compile("(\\d+) +<\\.\\.\\. (\\w+) resumed>(.*)\\) += (-?\\d+).*");
    private static final Pattern FILE = Pattern.compile("^[^<\"]*<([^>]*)>");
    private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");

    /**
     * One call. Began and ended count the lines of the trace: what ended before something else began was before it.
     *
     * @param file of its first argument, an open file or a socket; empty if it has none
     * @param texts what was written, or names, one byte in each char
     */
    public record Call(String name, String file, List<String> texts, int began, int ended, long result) {
        public boolean isOn(String fileName) {
            return file.substring(file.lastIndexOf('/') + 1).matches(fileName);
        }

        public boolean isSocket() {
            return file.startsWith("socket:") || file.startsWith("TCP");
        }

        public boolean isForce() {
            return name.equals("fsync") || name.equals("fdatasync");
        }

        /** What was written to a socket or file. */
        public byte[] bytes() {
            return String.join("", texts).getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public String toString() {
            return "%s(%s%s) = %d in lines %d to %d"
                    .formatted(name, file, isSocket() ? "" : names(), result, began, ended);
        }

        private String names() {
            return name.contains("write") ? "" : String.join(", ", texts);
        }
    }

    private final Process strace;
    private final Path trace;

    private SystemCalls(Process strace, Path trace) {
        this.strace = strace;
        this.trace = trace;
    }

    /** Whether strace is here, and may watch a process that it did not start: tried with one that does nothing. */
    public static boolean isAvailable() {
        try {
            Process idle = new ProcessBuilder("sleep", "60").start();
            try {
                Path trace = Files.createTempFile("strace-", "");
                try (SystemCalls watched = of(idle.pid(), trace)) {
                    watched.stop();
                    return true;
                } finally {
                    Files.delete(trace);
                }
            } finally {
                idle.destroyForcibly().waitFor();
            }
        } catch (IOException notAllowed) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Watches from now on; returns when it does. */
    public static SystemCalls of(long pid, Path trace) throws IOException, InterruptedException {
        Process strace = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-y",
                        "-xx",
                        "-s",
                        Integer.toString(SEEN_BYTES),
                        "-e",
                        TRACED,
                        "-o",
                        trace.toString(),
                        "-p",
                        Long.toString(pid))
                .redirectErrorStream(true)
                .start();
        // "Process 123 attached": one line for all threads of the process.
        String said = strace.inputReader(StandardCharsets.UTF_8).readLine();
        if (said == null || !said.contains("attached")) {
            strace.destroyForcibly().waitFor();
            throw new IOException("strace: " + said);
        }
        return new SystemCalls(strace, trace);
    }

    /** Ends the watch and tells what was seen. */
    public List<Call> stop() throws IOException, InterruptedException {
        strace.destroy();
        if (!strace.waitFor(30, TimeUnit.SECONDS)) {
            throw new IOException("strace does not end");
        }
        return parse(Files.readAllLines(trace, StandardCharsets.ISO_8859_1));
    }

    private static List<Call> parse(List<String> lines) {
        var calls = new ArrayList<Call>();
        Map<String, Matcher> begun = new HashMap<>();
        Map<String, Integer> begunAt = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher whole = WHOLE.matcher(lines.get(i));
            Matcher unfinished = UNFINISHED.matcher(lines.get(i));
            Matcher resumed = RESUMED.matcher(lines.get(i));
            if (unfinished.matches()) {
                begun.put(unfinished.group(1), unfinished);
                begunAt.put(unfinished.group(1), i);
            } else if (resumed.matches()) {
                Matcher first = begun.remove(resumed.group(1));
                if (first != null) {
                    String arguments = first.group(3) + resumed.group(3);
                    calls.add(call(resumed.group(2), arguments, begunAt.get(resumed.group(1)), i, resumed.group(4)));
                }
            } else if (whole.matches()) {
                calls.add(call(whole.group(2), whole.group(3), i, i, whole.group(4)));
            }
        }
        return calls;
    }

    private static Call call(String name, String arguments, int began, int ended, String result) {
        Matcher file = FILE.matcher(arguments);
        var texts = new ArrayList<String>();
        for (Matcher text = TEXT.matcher(arguments); text.find(); ) {
            texts.add(decode(text.group(1)));
        }
        String path = file.find() ? decode(file.group(1)) : "";
        return new Call(name, path, List.copyOf(texts), began, ended, Long.parseLong(result));
    }

    /** Strings come as {@code \x61\x62}. */
    private static String decode(String hex) {
        if (!hex.startsWith("\\x")) {
            return hex;
        }
        var text = new StringBuilder(hex.length() / 4);
        for (int at = 0; at + 4 <= hex.length(); at += 4) {
            text.append((char) Integer.parseInt(hex.substring(at + 2, at + 4), 16));
        }
        return text.toString();
    }

    @Override
    public void close() {
        strace.destroyForcibly();
    }
}
