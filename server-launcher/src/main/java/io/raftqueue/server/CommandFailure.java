package io.raftqueue.server;

/** Ends the command with an exit code and one line on stderr: what happened, why, what to do. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The command line cannot be used as it stands; the usage text follows the message. */
    static final int USAGE = 2;

    /** The command line is fine, but what it asks for failed. */
    static final int RUNTIME = 1;

    private final int exitCode;

    private CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static CommandFailure usage(String message) {
        return new CommandFailure(USAGE, message);
    }

    static CommandFailure runtime(String message) {
        return new CommandFailure(RUNTIME, message);
    }

    int exitCode() {
        return exitCode;
    }

    /** The innermost message of what went wrong, on one line. */
    static String oneLine(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null
                && (innermost.getMessage() == null
                        || innermost.getMessage().equals(innermost.getCause().toString()))) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage() == null ? innermost.toString() : innermost.getMessage();
        return message.replaceAll("\\s*\\R\\s*", " ");
    }
}
