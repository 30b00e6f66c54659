package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.log.disk.SimulatedDisk;
import io.raftqueue.state.QueueFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The end of a {@link HouseSchedule}: without it, loss would hide in a queue that nobody emptied. */
final class HouseRecovery {
    private static final int ROUNDS = 2400;

    private final SimulatedHouse house;
    private final HouseDelivery delivery;
    private final RandomGenerator random;
    private final List<SimulatedMember> askable = new ArrayList<>();

    HouseRecovery(SimulatedHouse house, HouseDelivery delivery, RandomGenerator random) {
        this.house = house;
        this.delivery = delivery;
        this.random = random;
    }

    /** All faults end: within two minutes all calls are answered, the queues are empty, and all members agree. */
    void run() {
        house.log(() -> "-- all faults end");
        house.heal();
        for (SimulatedMember m : house.members) {
            m.disk.capacity(Long.MAX_VALUE / 4);
            m.disk.faultIn(0, SimulatedDisk.Fault.POWER_CUT);
            m.paused = false;
            if (!m.up) {
                house.start(m);
            }
        }
        boolean drained = false;
        for (int i = 0; i < ROUNDS && house.verdicts.isEmpty(); i++) {
            SimulatedMember leader = house.serving();
            house.advance(leader == null ? 250 : 50);
            delivery.all();
            house.clients.settle();
            leader = house.serving();
            if (leader == null || !answered(leader)) {
                continue;
            }
            boolean empty = drain(leader);
            if (empty && drained && agree(leader)) {
                return;
            }
            drained = empty;
        }
        if (house.verdicts.isEmpty()) {
            house.wrong(stuck());
        }
    }

    private boolean answered(SimulatedMember leader) {
        askable.clear();
        Configuration c = leader.core.consensus().configuration();
        for (SimulatedMember m : house.members) {
            if (m.up && c != null && c.member(m.incarnation()) != null) {
                askable.add(m);
            }
        }
        house.clients.giveUpCallsElsewhere(askable);
        return house.clients.calls.isEmpty();
    }

    /** Whether nothing waits. Several take at the same time, from each queue one more than there should be. */
    private boolean drain(SimulatedMember leader) {
        boolean empty = true;
        for (int queue = 0; queue < HouseClients.QUEUES.size(); queue++) {
            QueueFigures figures = leader.core.machine.state().figures(HouseClients.QUEUES.get(queue));
            long depth = figures == null ? 0 : figures.depth();
            empty &= depth == 0;
            for (long i = Math.min(depth, 8); i >= 0; i--) {
                SimulatedMember at = depth == 0 ? leader : askable.get(random.nextInt(askable.size()));
                house.clients.takePatiently(9, at, queue);
            }
        }
        return empty;
    }

    private String stuck() {
        return HouseSchedule.STUCK + "two minutes after all faults ended, " + house.clients.calls.size()
                + " calls are open or members differ: "
                + house.members.stream()
                        .filter(m -> m.up)
                        .map(m -> m.name + " " + m.core.consensus().role() + "@"
                                + m.core.consensus().term() + " commit "
                                + m.core.consensus().commitIndex() + " last " + m.core.log.lastIndex())
                        .toList();
    }

    private boolean agree(SimulatedMember leader) {
        return askable.stream()
                .allMatch(m -> m.core.machine.state().appliedIndex()
                                == leader.core.machine.state().appliedIndex()
                        && m.core.machine.state().hash()
                                == leader.core.machine.state().hash());
    }
}
