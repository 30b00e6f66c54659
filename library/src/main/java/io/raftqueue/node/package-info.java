/** The public API implemented over a replica. */
@NullMarked
package io.raftqueue.node;

import org.jspecify.annotations.NullMarked;
