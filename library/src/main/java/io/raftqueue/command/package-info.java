/** Commands and results of the replicated queue and their wire format; no logic. */
@NullMarked
package io.raftqueue.command;

import org.jspecify.annotations.NullMarked;
