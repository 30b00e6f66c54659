/** The little of a file system that the log needs, so that a simulated one can stand in for it. */
@NullMarked
package io.raftqueue.log.disk;

import org.jspecify.annotations.NullMarked;
