/** Small programs to copy from; each runs with one command. */
@NullMarked
package io.raftqueue.examples;

import org.jspecify.annotations.NullMarked;
