package io.raftqueue.consensus;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message with its addresses. A server drops what is not for its own incarnation (a replaced disk is another server)
 * and what comes from another cluster.
 *
 * @param clusterId null from a server that belongs to none yet
 */
public record Envelope(@Nullable UUID clusterId, UUID from, UUID to, RaftMessage message) {}
