package io.raftqueue.log;

/** The directory is whole, but it is not this node's: it belongs to another node, or to a newer release. */
public final class WrongDirectoryException extends LogException {
    private static final long serialVersionUID = 1L;

    WrongDirectoryException(String message) {
        super(message, null);
    }
}
