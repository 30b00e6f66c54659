/** Consensus decisions kept apart from the network: votes, elections, membership. */
@NullMarked
package io.raftqueue.consensus;

import org.jspecify.annotations.NullMarked;
