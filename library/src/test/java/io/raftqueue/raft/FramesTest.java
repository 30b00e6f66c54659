package io.raftqueue.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What comes over a connection: whole, as it was sent, or the end of the connection. */
class FramesTest {
    private static byte[] frame(byte[] payload) {
        ByteBuffer bytes = ByteBuffer.allocate(Frames.HEADER + payload.length);
        Frames.writeHeader(bytes, payload);
        return bytes.put(payload).array();
    }

    private static DataInputStream in(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    @Test
    void whatWasSentIsRead() throws IOException {
        Random random = new Random(1);
        for (int length : new int[] {1, 2, 1000, 1 << 20, (1 << 20) + 1, 5 << 20}) {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            assertThat(Arrays.equals(Frames.read(in(frame(payload))), payload)).isTrue();
        }
    }

    @Test
    void theGreetingSaysWhoAndWhichVersion() throws IOException {
        assertThat(Frames.readGreeting(in(Frames.greeting(-7)))).isEqualTo(-7);
        assertThatThrownBy(() -> Frames.readGreeting(in("GET / HTTP/1.1".getBytes())))
                .hasMessage("not a RaftQueue peer");
        byte[] newer = Frames.greeting(1);
        newer[3]++;
        assertThatThrownBy(() -> Frames.readGreeting(in(newer)))
                .hasMessage("peer protocol version 3, this node speaks 2");
        assertThatThrownBy(() -> Frames.readGreeting(in(new byte[2]))).isInstanceOf(EOFException.class);
    }

    @Test
    void damageEndsTheConnection() {
        byte[] good = frame(new byte[] {1, 2, 3, 4, 5});
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            assertThatThrownBy(() -> Frames.read(in(bad))).as("byte %s", i).isInstanceOf(IOException.class);
            byte[] cut = Arrays.copyOf(good, i);
            assertThatThrownBy(() -> Frames.read(in(cut))).as("cut at %s", i).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aHostileLengthCostsNoMemory() {
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, Frames.MAX_PAYLOAD + 1}) {
            byte[] bytes = ByteBuffer.allocate(64).putInt(length).array();
            assertThatThrownBy(() -> Frames.read(in(bytes)))
                    .hasMessage("frame of " + length + " bytes, 1 to " + Frames.MAX_PAYLOAD + " are allowed");
        }
        byte[] claimed = ByteBuffer.allocate(64).putInt(Frames.MAX_PAYLOAD).array();
        long before = used();
        assertThatThrownBy(() -> Frames.read(in(claimed))).isInstanceOf(EOFException.class);
        assertThat(used() - before).isLessThan(Frames.MAX_PAYLOAD / 2L);
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
