/** Faults for real processes: networks that are cut, disks that are slow, clocks that jump. */
@NullMarked
package io.raftqueue.server.faults;

import org.jspecify.annotations.NullMarked;
