package io.raftqueue.command;

import java.util.Arrays;
import java.util.Random;

/** Damage for valid bytes. */
public final class Mutations {
    private Mutations() {}

    /** One to three small changes: what torn and damaged bytes, and other releases, look like. */
    public static byte[] mutated(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(9));
                case 4 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 9), (byte) 0xFF);
                default -> bytes[at]++;
            }
        }
        return bytes;
    }
}
