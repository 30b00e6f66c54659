package io.raftqueue.stock;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;

/** Catches what the engine prints instead of failing. */
final class Quiet {
    /** What is done meanwhile. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    private Quiet() {}

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    /** What was printed to the standard error meanwhile. */
    static String run(Work work) throws Exception {
        Logger[] loggers = {logger("org.jgroups"), logger("io.raftqueue.stock"), logger("com.tngtech")};
        for (Logger logger : loggers) {
            logger.setLevel(Level.OFF);
        }
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(before);
            for (Logger logger : loggers) {
                logger.setLevel(null); // as its parent's
            }
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
