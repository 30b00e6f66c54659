package io.raftqueue.server;

/** Entry point of {@code queue.jar}. */
public final class Main {
    private Main() {}

    /** Prints the version. */
    public static void main(String[] args) {
        String version = Main.class.getPackage().getImplementationVersion();
        System.out.println("RaftQueue " + (version == null ? "(not packaged)" : version));
    }
}
