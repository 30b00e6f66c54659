package io.raftqueue.stock;

import java.util.List;

/** Servers of one engine, all in one thread, as a {@link FaultSchedule} moves them. Nothing happens but by its methods. */
public interface EngineCluster {
    int size();

    /** The oldest message from one server to another arrives; false if there is none. */
    boolean deliver(int from, int to);

    /** The server handles what has arrived; false if nothing had. */
    boolean work(int server);

    /** Time passes for that server: it sends again, misses somebody, campaigns. */
    void tick(int server);

    /** The server is told who is there, as far as its engine is told such things; false if there is nothing new. */
    boolean notice(int server);

    /** An operator asks for an election there, by what the engine has for it. */
    void provokeElection(int server);

    boolean up(int server);

    boolean leads(int server);

    /** A client's write there. Its answer goes to the {@link Promises}. */
    void write(int server, long value);

    /** A client's read there of how many writes there are. Its answer goes to the {@link Promises}. */
    void read(int server);

    /** From now on only servers of the same side reach each other; what was under way between the sides is lost. */
    void partition(boolean[] side);

    /** The server ends, and loses nothing that it wrote to disk. */
    void crash(int server);

    void start(int server);

    /** What that server has applied. */
    List<Long> values(int server);

    Promises promises();

    /** What goes on while a server waits within one of these calls. */
    default void meanwhile(Runnable steps) {}
}
