/** The server: flags, wiring, lifecycle and exit codes. */
@NullMarked
package io.raftqueue.server;

import org.jspecify.annotations.NullMarked;
