package io.raftqueue.log;

/** The waiting messages of one queue at some moment: ids {@code head <= id < next}. */
record LiveQueue(long uid, long head, long next) {}
