package io.raftqueue.raft;

import java.util.List;
import java.util.random.RandomGenerator;

/** The network of a {@link SimulatedHouse} at work: messages arrive late, out of order, twice or never. */
final class HouseDelivery {
    private final SimulatedHouse house;
    private final RandomGenerator random;

    HouseDelivery(SimulatedHouse house, RandomGenerator random) {
        this.house = house;
        this.random = random;
    }

    /** One message of any link. */
    void one() {
        int n = house.members.size();
        int start = random.nextInt(n * n);
        for (int i = 0; i < n * n; i++) {
            int from = (start + i) % (n * n) / n;
            int to = (start + i) % n;
            SimulatedMember m = house.members.get(to);
            if (house.pending(from, to) && !m.paused) {
                int luck = random.nextInt(100);
                byte[] bytes = house.poll(from, to, luck < 4);
                if (luck >= 98) {
                    return; // lost
                }
                if (luck >= 96) {
                    house.again(from, to, bytes);
                }
                receive(m, bytes, random.nextInt(5) > 0);
                return;
            }
        }
    }

    private void receive(SimulatedMember m, byte[] bytes, boolean flush) {
        if (m.up) {
            house.run(m, () -> {
                m.receive(bytes);
                if (flush) {
                    m.flush();
                }
            });
        }
    }

    /** Everything that is under way, in order, and what comes of it, until all is quiet. */
    void all() {
        for (int round = 0; round < 400; round++) {
            boolean moved = false;
            for (SimulatedMember m : List.copyOf(house.members)) {
                for (int from = 0; from < house.members.size() && SimulatedHouse.runs(m); from++) {
                    if (house.pending(from, m.slot)) {
                        receive(m, house.poll(from, m.slot, false), false);
                        moved = true;
                    }
                }
                if (SimulatedHouse.runs(m) && (m.dirty || !m.diskTasks.isEmpty() || !m.raftTasks.isEmpty())) {
                    moved = true;
                    house.run(m, () -> {
                        m.diskWork();
                        m.flush();
                    });
                }
            }
            if (!moved) {
                return;
            }
        }
    }
}
