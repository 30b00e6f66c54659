/** The durable log behind the engine: segments, checksums, fsync, snapshots, recovery, and the bodies that live in it. */
@NullMarked
package io.raftqueue.log;

import org.jspecify.annotations.NullMarked;
