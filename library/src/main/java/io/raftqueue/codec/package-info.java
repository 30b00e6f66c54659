/** Payload codecs: JSON, strings, bytes. */
@NullMarked
package io.raftqueue.codec;

import org.jspecify.annotations.NullMarked;
