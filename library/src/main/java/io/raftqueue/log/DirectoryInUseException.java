package io.raftqueue.log;

/** Another live process (or another node of this process) holds the directory. */
public final class DirectoryInUseException extends LogException {
    private static final long serialVersionUID = 1L;

    DirectoryInUseException(String path, String holder) {
        super(
                "data directory " + path + " is in use by " + holder
                        + ": stop that one first, or give this node a directory of its own",
                null);
    }
}
