package io.raftqueue.server.faults;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One datagram from one place of a lab to another. What is written to port 3001 is said on standard output. */
final class Datagram {
    private Datagram() {}

    static Process java(List<String> prefix, String... arguments) throws IOException {
        var command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx32m", "-cp", System.getProperty("java.class.path")));
        command.add(Datagram.class.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments[0].equals("receive")) {
            receive(Integer.parseInt(arguments[1]));
        } else {
            String[] target = arguments[1].split(":", -1);
            send(new InetSocketAddress(target[0], Integer.parseInt(target[1])));
        }
    }

    private static void receive(int millis) throws IOException {
        try (var socket = new DatagramSocket(3001)) {
            socket.setSoTimeout(millis);
            System.out.println();
            try {
                socket.receive(new DatagramPacket(new byte[1], 1));
                System.out.println("arrived");
            } catch (SocketTimeoutException e) {
                System.out.flush();
            }
        }
    }

    private static void send(InetSocketAddress target) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(new byte[1], 1, target));
        }
    }
}
