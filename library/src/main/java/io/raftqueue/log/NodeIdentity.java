package io.raftqueue.log;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who a data directory is.
 *
 * @param name of the node it belongs to
 * @param incarnation made once, with the directory: who votes and acknowledges is this, not the name
 * @param epoch how often the directory was opened, this time included
 * @param clusterId the cluster it has entered, or null
 */
public record NodeIdentity(
        String name, UUID incarnation, long epoch, @Nullable UUID clusterId) {}
