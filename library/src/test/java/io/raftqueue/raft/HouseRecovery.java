package io.raftqueue.raft;

import io.raftqueue.consensus.Configuration;
import io.raftqueue.log.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The end of a {@link HouseSchedule}: without it, loss would hide in a queue that nobody emptied. */
final class HouseRecovery {
    private final SimulatedHouse house;
    private final Runnable deliverAll;
    private final RandomGenerator random;

    HouseRecovery(SimulatedHouse house, Runnable deliverAll, RandomGenerator random) {
        this.house = house;
        this.deliverAll = deliverAll;
        this.random = random;
    }

    /** All faults end: within two minutes all calls are answered, the queue is empty, and all members agree. */
    void run() {
        house.log(() -> "all faults end");
        house.heal();
        for (SimulatedMember m : house.members) {
            m.disk.capacity(Long.MAX_VALUE / 4);
            m.disk.faultIn(0, SimulatedDisk.Fault.POWER_CUT);
            m.paused = false;
            if (!m.up) {
                m.start();
            }
        }
        List<SimulatedMember> askable = new ArrayList<>();
        boolean drained = false;
        for (int i = 0; i < 2400 && house.verdicts.isEmpty(); i++) {
            house.advance(50);
            deliverAll.run();
            house.clients.settle();
            SimulatedMember leader = house.members.stream()
                    .filter(m -> m.leads() && m.core.ready())
                    .findFirst()
                    .orElse(null);
            if (leader == null) {
                continue;
            }
            askable.clear();
            Configuration c = leader.core.consensus().configuration();
            house.members.stream()
                    .filter(m -> c != null && c.member(m.incarnation()) != null)
                    .forEach(askable::add);
            house.clients.giveUpCallsElsewhere(askable);
            if (!house.clients.calls.isEmpty()) {
                continue;
            }
            boolean empty = leader.core.machine.state().allFigures().stream().allMatch(f -> f.depth() == 0);
            if (empty && drained && agree(askable, leader)) {
                return;
            }
            drained = empty;
            house.clients.take(9, empty ? leader : askable.get(random.nextInt(askable.size())));
        }
        house.wrong("stuck: two minutes after all faults ended, " + house.clients.calls.size()
                + " calls are open or members differ: "
                + house.members.stream()
                        .map(m -> m.name + " " + m.core.consensus().role() + "@"
                                + m.core.consensus().term() + " commit "
                                + m.core.consensus().commitIndex() + " last " + m.core.log.lastIndex())
                        .toList());
    }

    private static boolean agree(List<SimulatedMember> members, SimulatedMember leader) {
        return members.stream()
                .allMatch(m -> m.core.machine.state().appliedIndex()
                                == leader.core.machine.state().appliedIndex()
                        && m.core.machine.state().hash()
                                == leader.core.machine.state().hash());
    }
}
