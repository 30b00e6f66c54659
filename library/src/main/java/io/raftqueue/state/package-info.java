/** The rules of the queue: pure, single-threaded, without clock, I/O or threads. */
@NullMarked
package io.raftqueue.state;

import org.jspecify.annotations.NullMarked;
