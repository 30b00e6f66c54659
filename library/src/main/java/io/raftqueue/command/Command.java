package io.raftqueue.command;

import java.util.List;

/** What a member may ask of the replicated state. No logic here; the wire format is {@link CommandCodec}'s. */
public sealed interface Command {
    String queue();

    record Send(String queue, MessageBody message) implements Command {}

    /** All or none, ids consecutive. */
    record SendAll(String queue, List<MessageBody> messages) implements Command {
        public SendAll {
            messages = List.copyOf(messages);
        }
    }

    /** Removes up to {@code max} messages from the head. */
    record Take(String queue, int max) implements Command {}

    record Purge(String queue) implements Command {}

    /** Creates the queue if needed and sets its limits; 0 means none. */
    record Configure(String queue, long maxMessages, long maxBytes) implements Command {}

    record DeleteQueue(String queue) implements Command {}
}
