/**
 * Raft as in the paper and the thesis, without threads, clock, I/O or network: time and messages come in, effects go out.
 */
@NullMarked
package io.raftqueue.consensus;

import org.jspecify.annotations.NullMarked;
