package io.raftqueue.command;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The wire format of a {@link CommandBatch}, the payload of one Raft entry:
 *
 * <pre>
 * version      byte     1
 * node         16 bytes
 * epoch        varint
 * serial       varint, from 1
 * messages     varint   how many bodies follow in all
 * ends         4 bytes each: where each body ends, counted from the start of the bodies, ascending
 * commands     varint count, then each:
 *                tag    byte: 1 Send, 2 SendAll, 3 Take, 4 Purge, 5 Configure, 6 DeleteQueue
 *                queue  string; empty: the queue of the command before
 *                SendAll: varint number of messages; Take: varint max;
 *                Configure: varint maxMessages, varint maxBytes
 * bodies       each as {@link MessageCodec} writes it, to the end of the batch
 * </pre>
 *
 * Messages are numbered through the batch from 0, in the order of the commands that send them: the slot. Thanks to the
 * table of ends a message is found by its slot without reading anything else, however big the batch. Every batch has
 * exactly one spelling, and whatever else is read ends in a {@link MalformedCommandException}: an unknown tag too, as a
 * member must never guess what a newer release meant.
 */
public final class CommandCodec {
    public static final int VERSION = 1;
    public static final int MAX_COMMANDS = 65_536;

    /** More is neither written nor read. */
    public static final int MAX_BATCH_BYTES = 64 << 20;

    /** A batch is never longer than this and the sum of {@link #encodedSize(Command)} of its commands. */
    public static final int MAX_BATCH_OVERHEAD = 1 + 16 + 10 + 10 + 5 + 5;

    private static final int SEND = 1;
    private static final int SEND_ALL = 2;
    private static final int TAKE = 3;
    private static final int PURGE = 4;
    private static final int CONFIGURE = 5;
    private static final int DELETE_QUEUE = 6;

    private static final String WHAT = "command batch";

    private CommandCodec() {}

    /** The bytes of the batch; IllegalArgumentException when they are more than {@link #MAX_BATCH_BYTES}. */
    public static byte[] encode(CommandBatch batch) {
        long size = size(batch);
        if (size > MAX_BATCH_BYTES) {
            throw new IllegalArgumentException(
                    "a batch of " + size + " bytes is over the limit of " + MAX_BATCH_BYTES + ": split it");
        }
        WireWriter out = new WireWriter((int) size);
        out.putByte(VERSION);
        out.putUuid(batch.node());
        out.putVarint(batch.epoch());
        out.putVarint(batch.serial());
        int messages = messages(batch);
        out.putVarint(messages);
        int ends = out.size();
        out.skip(messages * 4);
        writeCommands(batch, out);
        writeBodies(batch, out, ends);
        return out.toByteArray();
    }

    /** The length {@link #encode} gives. */
    public static int encodedSize(CommandBatch batch) {
        return Math.toIntExact(size(batch));
    }

    /**
     * By how much one more command makes a batch longer, at most: for packing up to a number of bytes. Of one that no batch
     * may carry it is only said that it is longer than {@link #MAX_BATCH_BYTES}.
     */
    public static int encodedSize(Command command) {
        return Math.toIntExact(sizeWithName(command) + bodiesSize(command));
    }

    public static CommandBatch decode(byte[] bytes) {
        WireReader in = open(bytes);
        UUID node = in.getUuid();
        long epoch = in.getVarint(0, Long.MAX_VALUE, "epoch");
        long serial = in.getVarint(1, Long.MAX_VALUE, "serial");
        Bodies bodies = new Bodies(in, bytes);
        int count = in.getCount(1, MAX_COMMANDS, 2, "number of commands");
        List<Command> commands = new ArrayList<>(count);
        String queue = "";
        for (int i = 0; i < count; i++) {
            int tag = in.getByte();
            queue = readQueue(in, queue);
            commands.add(readCommand(tag, queue, in, bodies));
        }
        in.end();
        bodies.end(in);
        return new CommandBatch(node, epoch, serial, commands);
    }

    /** The message in that slot of an encoded batch; nothing else of the batch is looked at. */
    public static MessageBody message(byte[] batch, int slot) {
        WireReader in = open(batch);
        in.skip(16);
        in.getVarint();
        in.getVarint();
        return new Bodies(in, batch).at(slot, in);
    }

    /** How many slots an encoded batch has. */
    public static int messageCount(byte[] batch) {
        WireReader in = open(batch);
        in.skip(16);
        in.getVarint();
        in.getVarint();
        return new Bodies(in, batch).count;
    }

    private static WireReader open(byte[] bytes) {
        WireReader in = new WireReader(WHAT, bytes);
        if (bytes.length > MAX_BATCH_BYTES) {
            throw in.malformed("longer than " + MAX_BATCH_BYTES + " bytes");
        }
        int version = in.getByte();
        if (version != VERSION) {
            throw in.malformed("version " + version + " is not read by this release");
        }
        return in;
    }

    private static String readQueue(WireReader in, String previous) {
        String queue = in.getString(QueueName.MAX_LENGTH, "queue name");
        if (queue.isEmpty()) {
            if (previous.isEmpty()) {
                throw in.malformed("the first command names no queue");
            }
            return previous;
        }
        if (!QueueName.isValid(queue) || queue.equals(previous)) {
            throw in.malformed("queue name '" + queue + "' not allowed here");
        }
        return queue;
    }

    private static Command readCommand(int tag, String queue, WireReader in, Bodies bodies) {
        return switch (tag) {
            case SEND -> new Command.Send(queue, bodies.next(in));
            case SEND_ALL -> {
                int count = (int) in.getVarint(1, bodies.left(), "number of messages of a SendAll");
                List<MessageBody> messages = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    messages.add(bodies.next(in));
                }
                yield new Command.SendAll(queue, messages);
            }
            case TAKE -> new Command.Take(queue, (int) in.getVarint(1, Integer.MAX_VALUE, "messages to take"));
            case PURGE -> new Command.Purge(queue);
            case CONFIGURE ->
                new Command.Configure(
                        queue,
                        in.getVarint(0, Long.MAX_VALUE, "maxMessages"),
                        in.getVarint(0, Long.MAX_VALUE, "maxBytes"));
            case DELETE_QUEUE -> new Command.DeleteQueue(queue);
            default -> throw in.malformed("command tag " + tag + " is not known to this release");
        };
    }

    private static void writeCommands(CommandBatch batch, WireWriter out) {
        out.putVarint(batch.commands().size());
        String previous = "";
        for (Command command : batch.commands()) {
            out.putByte(tag(command));
            out.putString(command.queue().equals(previous) ? "" : command.queue());
            previous = command.queue();
            if (command instanceof Command.SendAll all) {
                out.putVarint(all.messages().size());
            } else if (command instanceof Command.Take take) {
                out.putVarint(take.max());
            } else if (command instanceof Command.Configure configure) {
                out.putVarint(configure.maxMessages());
                out.putVarint(configure.maxBytes());
            }
        }
    }

    private static void writeBodies(CommandBatch batch, WireWriter out, int endsAt) {
        int start = out.size();
        int ends = endsAt;
        for (Command command : batch.commands()) {
            if (command instanceof Command.Send send) {
                MessageCodec.write(send.message(), out);
                out.setInt(ends, out.size() - start);
                ends += 4;
            } else if (command instanceof Command.SendAll all) {
                for (MessageBody message : all.messages()) {
                    MessageCodec.write(message, out);
                    out.setInt(ends, out.size() - start);
                    ends += 4;
                }
            }
        }
    }

    private static int tag(Command command) {
        if (command instanceof Command.Send) {
            return SEND;
        } else if (command instanceof Command.SendAll) {
            return SEND_ALL;
        } else if (command instanceof Command.Take) {
            return TAKE;
        } else if (command instanceof Command.Purge) {
            return PURGE;
        } else if (command instanceof Command.Configure) {
            return CONFIGURE;
        }
        return DELETE_QUEUE;
    }

    private static int messages(CommandBatch batch) {
        int messages = 0;
        for (Command command : batch.commands()) {
            if (command instanceof Command.Send) {
                messages++;
            } else if (command instanceof Command.SendAll all) {
                messages += all.messages().size();
            }
        }
        return messages;
    }

    private static long size(CommandBatch batch) {
        long size = 1L
                + 16
                + WireWriter.varintSize(batch.epoch())
                + WireWriter.varintSize(batch.serial())
                + WireWriter.varintSize(messages(batch))
                + WireWriter.varintSize(batch.commands().size());
        String previous = "";
        for (Command command : batch.commands()) {
            size += sizeWithName(command) + bodiesSize(command);
            if (command.queue().equals(previous)) {
                size -= WireWriter.stringSize(previous) - 1;
            }
            previous = command.queue();
        }
        return size;
    }

    private static int sizeWithName(Command command) {
        int size = 1 + WireWriter.stringSize(command.queue());
        if (command instanceof Command.SendAll all) {
            return size + WireWriter.varintSize(all.messages().size());
        } else if (command instanceof Command.Take take) {
            return size + WireWriter.varintSize(take.max());
        } else if (command instanceof Command.Configure configure) {
            return size + WireWriter.varintSize(configure.maxMessages()) + WireWriter.varintSize(configure.maxBytes());
        }
        return size;
    }

    private static long bodiesSize(Command command) {
        if (command instanceof Command.Send send) {
            return 4L + MessageCodec.encodedSize(send.message());
        }
        long size = 0;
        if (command instanceof Command.SendAll all) {
            for (MessageBody message : all.messages()) {
                size += 4L + MessageCodec.encodedSize(message);
                if (size > MAX_BATCH_BYTES) {
                    break; // its messages may share texts, and be longer together than can be counted
                }
            }
        }
        return size;
    }

    /** The messages of an encoded batch: opened where the table of ends begins, leaves the reader behind it. */
    private static final class Bodies {
        private final byte[] batch;
        private final int count;
        private final int ends;
        private final int start;
        private int next;
        private int nextStart;

        Bodies(WireReader in, byte[] batch) {
            this.batch = batch;
            count = in.getCount(0, Integer.MAX_VALUE, 4 + MessageCodec.MIN_SIZE, "number of messages");
            ends = in.position();
            in.skip(4 * count);
            int size = count == 0 ? 0 : in.intAt(ends + 4 * (count - 1));
            if (size < 0 || size > in.remaining()) {
                throw in.malformed("message bodies of " + Integer.toUnsignedString(size) + " bytes");
            }
            start = batch.length - size;
            in.limit(start);
        }

        int left() {
            return count - next;
        }

        MessageBody next(WireReader in) {
            if (next == count) {
                throw in.malformed("more messages sent than the " + count + " announced");
            }
            MessageBody message = read(nextStart, in.intAt(ends + 4 * next), in);
            nextStart = in.intAt(ends + 4 * next);
            next++;
            return message;
        }

        MessageBody at(int slot, WireReader in) {
            if (slot < 0 || slot >= count) {
                throw in.malformed("no slot " + slot + " among " + count + " messages");
            }
            return read(slot == 0 ? 0 : in.intAt(ends + 4 * (slot - 1)), in.intAt(ends + 4 * slot), in);
        }

        void end(WireReader in) {
            if (left() > 0) {
                throw in.malformed(left() + " messages that no command sends");
            }
        }

        private MessageBody read(int from, int to, WireReader in) {
            if (from < 0 || to <= from || to > batch.length - start) {
                throw in.malformed("a message from byte " + from + " to " + to + " of the bodies");
            }
            return MessageCodec.read(new WireReader(WHAT, batch, start + from, start + to));
        }
    }
}
