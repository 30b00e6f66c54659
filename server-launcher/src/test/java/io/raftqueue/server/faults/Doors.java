package io.raftqueue.server.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ways from this JVM into the namespaces of a lab. A JVM cannot enter another network, but a file is the same in all of
 * them: each loopback port here is connected, through a Unix socket, to a small process in the lab's hub, which dials the
 * node.
 */
final class Doors implements AutoCloseable {
    private final Path directory;
    private final Path socket;
    private final Process helper;
    private final Map<String, ServerSocketChannel> open = new HashMap<>();

    private Doors(Path directory, Path socket, Process helper) {
        this.directory = directory;
        this.socket = socket;
        this.helper = helper;
    }

    static Doors open(List<String> hubPrefix) throws IOException {
        Path directory = Files.createTempDirectory("door-");
        Path socket = directory.resolve("socket");
        var command = new ArrayList<>(hubPrefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                Doors.class.getName(),
                socket.toString()));
        Process helper = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var doors = new Doors(directory, socket, helper);
        if (helper.getInputStream().read() < 0) {
            doors.close();
            throw new IOException("the doors of the lab did not open: " + String.join(" ", command));
        }
        return doors;
    }

    /** The loopback port behind which this address is. */
    synchronized int to(String host, int port) throws IOException {
        String target = host + " " + port;
        ServerSocketChannel door = open.get(target);
        if (door == null) {
            door = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            open.put(target, door);
            serve(door, "door to " + target, caller -> passOn(caller, target));
        }
        return ((InetSocketAddress) door.getLocalAddress()).getPort();
    }

    private SocketChannel passOn(SocketChannel caller, String target) throws IOException {
        SocketChannel inside = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        ByteBuffer line = ByteBuffer.wrap((target + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
            inside.write(line);
        }
        return inside;
    }

    private interface Dial {
        SocketChannel dial(SocketChannel caller) throws IOException;
    }

    private static void serve(ServerSocketChannel listener, String name, Dial dial) {
        daemon(name, () -> {
            while (listener.isOpen()) {
                SocketChannel caller = listener.accept();
                daemon(name, () -> {
                    try (caller;
                            SocketChannel callee = dial.dial(caller)) {
                        daemon(name, () -> copy(callee, caller));
                        copy(caller, callee);
                    }
                });
            }
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    /** An error ends this one connection (or door), and so its two ends notice: as on any network. */
    private static void daemon(String name, Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException broken) {
                        Thread.currentThread().setName(name + ": " + broken.getMessage());
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Until either end closes; then both are closed. */
    private static void copy(SocketChannel from, SocketChannel to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16 * 1024);
        try (from;
                to) {
            while (from.read(bytes) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                bytes.clear();
            }
        }
    }

    @Override
    public synchronized void close() {
        helper.destroyForcibly();
        try {
            for (ServerSocketChannel door : open.values()) {
                door.close();
            }
            Files.deleteIfExists(socket);
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The helper in the hub. It ends with the JVM that started it, whose end of the pipe is its standard input. */
    public static void main(String[] arguments) throws IOException {
        var listener =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(arguments[0]));
        serve(listener, "doors", Doors::dial);
        System.out.println();
        while (System.in.read() >= 0) {
            // nothing is said there
        }
    }

    private static SocketChannel dial(SocketChannel caller) throws IOException {
        var line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (caller.read(one.clear()) > 0 && one.get(0) != '\n') {
            line.append((char) one.get(0));
        }
        String[] target = line.toString().split(" ", -1);
        return SocketChannel.open(new InetSocketAddress(target[0], Integer.parseInt(target[1])));
    }
}
