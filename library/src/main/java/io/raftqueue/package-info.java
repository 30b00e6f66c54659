/** What users see: queues, nodes, builders, messages, options, statistics and exceptions. */
@NullMarked
package io.raftqueue;

import org.jspecify.annotations.NullMarked;
