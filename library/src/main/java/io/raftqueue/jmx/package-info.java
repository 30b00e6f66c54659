/** MXBeans and their registration. */
@NullMarked
package io.raftqueue.jmx;

import org.jspecify.annotations.NullMarked;
