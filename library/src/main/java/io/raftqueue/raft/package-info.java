/** JGroups and jgroups-raft behind one door. */
@NullMarked
package io.raftqueue.raft;

import org.jspecify.annotations.NullMarked;
