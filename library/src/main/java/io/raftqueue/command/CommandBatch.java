package io.raftqueue.command;

import java.util.List;
import java.util.UUID;

/**
 * The commands of one member that travel, commit and apply together: the payload of one Raft entry. A batch is resent
 * byte for byte until its fate is known; (node, epoch, serial) makes it apply once (Raft thesis, 6.3).
 *
 * @param node the member's incarnation (its data directory)
 * @param epoch grows with each start of that member; a newer one fences the older
 * @param serial 1, 2, 3, … within the epoch
 * @param commands 1 to {@link CommandCodec#MAX_COMMANDS}
 */
public record CommandBatch(UUID node, long epoch, long serial, List<Command> commands) {
    public CommandBatch {
        commands = List.copyOf(commands);
        if (epoch < 0 || serial < 1) {
            throw new IllegalArgumentException("no batch has epoch " + epoch + " and serial " + serial);
        }
        if (commands.isEmpty() || commands.size() > CommandCodec.MAX_COMMANDS) {
            throw new IllegalArgumentException(
                    "a batch carries 1 to " + CommandCodec.MAX_COMMANDS + " commands, not " + commands.size());
        }
    }
}
