package io.raftqueue.consensus;

import java.util.UUID;

/**
 * A member as the replicated configuration knows it.
 *
 * @param id the name people gave it
 * @param incarnation of its data directory: who votes and acks is this, not the name
 */
public record Member(String id, UUID incarnation, String raftAddress, String httpAddress, boolean voter) {}
