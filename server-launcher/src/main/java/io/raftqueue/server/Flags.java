package io.raftqueue.server;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The flags of a node as picocli fills them; what is not on the command line is looked up in the environment. */
final class Flags {
    private static final String ENVIRONMENT = "RAFTQUEUE_";

    @Option(
            names = {"-id", "--id"},
            paramLabel = "NAME",
            description = "Unique name of this server. Required.")
    @Nullable
    String id;

    @Option(
            names = {"-leader", "--leader"},
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            converter = GoBoolean.class,
            description = "Start a new cluster, of this node. Default: false.")
    @Nullable
    Boolean leader;

    @Option(
            names = {"-raddr", "--raddr"},
            paramLabel = "HOST:PORT",
            description = "Raft address, as the other members reach it. Default: " + Settings.DEFAULT_RADDR + ".")
    @Nullable
    String raddr;

    @Option(
            names = {"-haddr", "--haddr"},
            paramLabel = "[HOST]:PORT",
            description = "HTTP address; :3000 means all interfaces. Default: " + Settings.DEFAULT_HADDR + ".")
    @Nullable
    String haddr;

    @Option(
            names = {"-paddr", "--paddr"},
            paramLabel = "HOST:PORT",
            description = "HTTP address of any existing node, to join its cluster.")
    @Nullable
    String paddr;

    @Option(
            names = {"-dir", "--dir"},
            paramLabel = "DIR",
            description = "Data directory. Default: ./data/NAME.")
    @Nullable
    String dir;

    @Option(
            names = {"-members", "--members"},
            paramLabel = "ID=HOST:PORT,...",
            description = "A fixed first membership, the same on every node; instead of -leader and -paddr.")
    @Nullable
    String members;

    @Option(
            names = {"-rbind", "--rbind"},
            paramLabel = "[HOST]:PORT",
            description = "Where to listen for Raft when that is not -raddr (containers, NAT).")
    @Nullable
    String rbind;

    @Option(
            names = {"-insecure", "--insecure"},
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            converter = GoBoolean.class,
            description = "Allow addresses that other machines can reach. Neither address has encryption or"
                    + " authentication yet. Default: false.")
    @Nullable
    Boolean insecure;

    // picocli acts on these two by itself.
    @Option(
            names = {"-h", "-help", "--help"},
            scope = ScopeType.INHERIT,
            usageHelp = true,
            description = "Print this text and exit.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Option(
            names = {"-V", "-version", "--version"},
            versionHelp = true,
            description = "Print the version and exit.")
    @SuppressWarnings("UnusedVariable")
    private boolean version;

    /** A value and where it came from, for messages. */
    record Given<T>(String source, T value) {}

    /** The flag if it was given (an empty one counts as not given), else the variable, else the default. */
    static Given<String> text(String name, @Nullable String flag, Map<String, String> environment, String otherwise) {
        if (flag != null) {
            return new Given<>("-" + name, flag.isEmpty() ? otherwise : flag);
        }
        String value = environment.getOrDefault(variable(name), "");
        return value.isEmpty() ? new Given<>("-" + name, otherwise) : new Given<>(variable(name), value);
    }

    /** As {@link #text}, for the flags that are true or false. */
    static Given<Boolean> bool(String name, @Nullable Boolean flag, Map<String, String> environment) {
        if (flag != null) {
            return new Given<>("-" + name, flag);
        }
        String value = environment.getOrDefault(variable(name), "");
        if (value.isEmpty()) {
            return new Given<>("-" + name, false);
        }
        try {
            return new Given<>(variable(name), new GoBoolean().convert(value));
        } catch (TypeConversionException e) {
            throw CommandFailure.usage(variable(name) + "=" + value + " is " + e.getMessage());
        }
    }

    private static String variable(String name) {
        return ENVIRONMENT + name.toUpperCase(Locale.ROOT);
    }

    /** The spellings of true and false that Go's flag package takes. */
    static final class GoBoolean implements ITypeConverter<Boolean> {
        @Override
        public Boolean convert(String value) {
            return switch (value) {
                case "1", "t", "T", "true", "TRUE", "True" -> true;
                case "0", "f", "F", "false", "FALSE", "False" -> false;
                default -> throw new TypeConversionException("not a boolean: use true, false, 1, 0, t or f");
            };
        }
    }
}
