package io.raftqueue.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The network of a {@link SimulatedHouse} at work: messages arrive late, out of order, twice or never. */
final class HouseDelivery {
    /** Messages of one link that a member may find at a time. */
    private static final int AT_ONCE = 8;

    private final SimulatedHouse house;
    private final RandomGenerator random;
    private final List<Late> late = new ArrayList<>();

    private record Late(int from, int to, PeerMessage.Envelope message) {}

    HouseDelivery(SimulatedHouse house, RandomGenerator random) {
        this.house = house;
        this.random = random;
    }

    /** One message of any link. */
    void one() {
        if (!late.isEmpty() && random.nextInt(40) == 0) {
            Late old = late.remove(random.nextInt(late.size()));
            if (!house.cut[old.from()][old.to()]) {
                house.happened.add(Happening.LATE);
                house.again(old.from(), old.to(), old.message());
            }
        }
        int n = house.members.size();
        int start = random.nextInt(n * n);
        for (int i = 0; i < n * n; i++) {
            int from = (start + i) % (n * n) / n;
            int to = (start + i) % n;
            SimulatedMember m = house.members.get(to);
            if (house.pending(from, to) && !m.paused) {
                int luck = random.nextInt(100);
                PeerMessage.Envelope message = house.poll(from, to, luck < 4);
                if (luck >= 98) {
                    return; // lost
                }
                if (luck >= 94 && luck < 96) {
                    late.add(new Late(from, to, message));
                }
                if (luck >= 96) {
                    house.again(from, to, message);
                }
                receive(m, message, random.nextInt(5) > 0);
                return;
            }
        }
    }

    private void receive(SimulatedMember m, PeerMessage.Envelope message, boolean flush) {
        if (m.up) {
            house.run(m, () -> {
                m.receive(message);
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
                    for (int i = 0; i < AT_ONCE && SimulatedHouse.runs(m) && house.pending(from, m.slot); i++) {
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
