/** The durable log behind the engine: segments, checksums, fsync, snapshots, recovery. */
@NullMarked
package io.raftqueue.log;

import org.jspecify.annotations.NullMarked;
