package io.raftqueue.command;

import java.util.List;

/**
 * What a member may ask of the replicated state. No logic here beyond refusing what no member may ever propose; the
 * wire format is {@link CommandCodec}'s.
 */
public sealed interface Command {
    /** The name of the queue it is about. */
    String queue();

    /** Appends one message; creates the queue if needed. */
    record Send(String queue, MessageBody message) implements Command {
        public Send {
            QueueName.checked(queue);
        }
    }

    /** Appends all messages or none, with consecutive ids; creates the queue if needed. At least one message. */
    record SendAll(String queue, List<MessageBody> messages) implements Command {
        public SendAll {
            QueueName.checked(queue);
            messages = List.copyOf(messages);
            if (messages.isEmpty()) {
                throw new IllegalArgumentException("a SendAll to queue " + queue + " carries no message");
            }
        }
    }

    /** Removes up to {@code max} messages from the head. */
    record Take(String queue, int max) implements Command {
        public Take {
            QueueName.checked(queue);
            if (max < 1) {
                throw new IllegalArgumentException("a Take from queue " + queue + " asks for " + max + " messages");
            }
        }
    }

    /** Removes every waiting message. */
    record Purge(String queue) implements Command {
        public Purge {
            QueueName.checked(queue);
        }
    }

    /** Creates the queue if needed and sets its limits; 0 means none. Messages already waiting stay. */
    record Configure(String queue, long maxMessages, long maxBytes) implements Command {
        public Configure {
            QueueName.checked(queue);
            if (maxMessages < 0 || maxBytes < 0) {
                throw new IllegalArgumentException("limits of queue " + queue + " must be 0 (none) or positive: "
                        + maxMessages + " messages, " + maxBytes + " bytes");
            }
        }
    }

    /** Removes the queue with its messages, limits and counters. Its ids are never given out again. */
    record DeleteQueue(String queue) implements Command {
        public DeleteQueue {
            QueueName.checked(queue);
        }
    }
}
