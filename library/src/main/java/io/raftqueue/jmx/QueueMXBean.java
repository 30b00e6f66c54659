package io.raftqueue.jmx;

import java.util.List;

/**
 * A queue under JMX, {@code io.raftqueue:type=Queue,node=<id>,name=<queue>}. The attributes are the figures as applied on
 * this node; they may be a little behind the leader's, and never block.
 */
@Description("A replicated queue, as this member sees it")
public interface QueueMXBean {
    @Description("The name of the queue, the same on every member")
    String getName();

    @Description("Messages that wait")
    long getDepth();

    @Description("Payload bytes that wait")
    long getBytes();

    @Description("Messages that this node has removed and not yet handed to a caller")
    long getInFlight();

    @Description("Milliseconds since the message at the head was sent, by wall clock; 0 when the queue is empty")
    long getOldestAgeMillis();

    @Description("Messages accepted since the queue was created")
    long getSent();

    @Description("Messages removed by takers since the queue was created")
    long getTaken();

    @Description("Messages removed by purges since the queue was created")
    long getPurged();

    @Description("Messages refused since the queue was created, because it was full")
    long getRefused();

    @Description("Messages accepted per second, over the last ten seconds or so of looking")
    double getSentPerSecond();

    @Description("Messages removed by takers per second, over the last ten seconds or so of looking")
    double getTakenPerSecond();

    @Description("Sends beyond so many waiting messages are refused; 0 means no limit")
    long getMaxMessages();

    @Description("Sends beyond so many waiting payload bytes are refused; 0 means no limit")
    long getMaxBytes();

    @Description("Shows messages from the head on; removes nothing")
    List<MessageRow> browse(@Description("How many messages to show at most, 1 to 1000") int n);

    @Description("Removes every waiting message, on all members, and tells how many there were")
    long purge();

    @Description("Changes one limit of this queue on all members")
    String changeSetting(
            @Description("Which limit: maxMessages or maxBytes") String name,
            @Description("The new value, a whole number; 0 means no limit") String value);
}
