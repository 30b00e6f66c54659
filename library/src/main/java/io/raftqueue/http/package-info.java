/** The HTTP adapter; needs the optional dependency {@code io.undertow:undertow-core}. */
@NullMarked
package io.raftqueue.http;

import org.jspecify.annotations.NullMarked;
