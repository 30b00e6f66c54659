/** The jar, and programs that embed the library, under hours of faults; every call goes to the FIFO checker. */
@NullMarked
package io.raftqueue.server.chaos;

import org.jspecify.annotations.NullMarked;
