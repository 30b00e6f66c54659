package io.raftqueue.log;

/** Knows where in an entry's payload the bodies of its messages are; the log does not. Pure, callable from any thread. */
@FunctionalInterface
public interface BodyReader {
    /**
     * The encoded body of one message of an entry.
     *
     * @param slot running number of the message inside the entry, from 0
     */
    byte[] body(byte[] entryPayload, int slot);
}
