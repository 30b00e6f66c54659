package io.raftqueue.raft;

import io.raftqueue.consensus.Mutant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster with one cure switched off, or one lie told to the checkers, which a campaign must notice.
 *
 * @param row of the table in README, or what it is about
 * @param twin of the consensus alone, whose stories tell of it too; null when there is none
 */
record HouseMutant(String name, String row, @Nullable Mutant twin, Consumer<SimulatedHouse> change) {
    static List<HouseMutant> all() {
        List<HouseMutant> all = new ArrayList<>();
        for (Mutant m : Mutant.values()) {
            if (m.isRule()) {
                all.add(new HouseMutant(m.name(), m.row, m, house -> house.rulebook = m::consensus));
            }
        }
        all.add(new HouseMutant(
                "KNOWS_MEMBERS_BY_NAME_ONLY",
                "E13",
                Mutant.KNOWS_MEMBERS_BY_NAME_ONLY,
                house -> house.identityByName = true));
        all.add(new HouseMutant("SESSIONS_OFF", "sessions", Mutant.SESSIONS_OFF, house -> house.sessions = false));
        all.add(lie("LAST_IN_FIRST_OUT", Mutant.LAST_IN_FIRST_OUT, HouseMutant::backwards));
        all.add(lie("ONE_LOST", null, outs -> outs.remove(outs.size() / 2)));
        all.add(lie("ONE_DOUBLED", null, HouseMutant::doubled));
        all.add(lie("TWO_SWAPPED", null, HouseMutant::swapped));
        return all;
    }

    static HouseMutant of(String name) {
        return all().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    }

    private static HouseMutant lie(String name, @Nullable Mutant twin, Consumer<List<HouseClients.Out>> lie) {
        return new HouseMutant(
                name,
                "the checker",
                twin,
                house -> house.planted = outs -> {
                    List<HouseClients.Out> told = new ArrayList<>(outs);
                    if (told.size() > 2) {
                        lie.accept(told);
                    }
                    return told;
                });
    }

    /** The same takes, but what came out first came out last. */
    private static void backwards(List<HouseClients.Out> outs) {
        List<HouseClients.Out> first = List.copyOf(outs);
        for (int queue = 0; queue < HouseClients.QUEUES.size(); queue++) {
            int of = queue;
            List<Long> values = first.stream()
                    .filter(o -> o.queue() == of)
                    .map(HouseClients.Out::value)
                    .toList();
            int at = values.size();
            for (int i = 0; i < first.size(); i++) {
                if (first.get(i).queue() == queue) {
                    outs.set(i, withValue(first.get(i), values.get(--at)));
                }
            }
        }
    }

    private static void doubled(List<HouseClients.Out> outs) {
        HouseClients.Out o = outs.get(outs.size() / 2);
        outs.add(new HouseClients.Out(o.queue(), o.value(), Long.MAX_VALUE - 1, Long.MAX_VALUE));
    }

    /** The first two answered takes of one queue, one after the other, exchange their messages. */
    private static void swapped(List<HouseClients.Out> outs) {
        for (int i = 0; i < outs.size(); i++) {
            for (int j = i + 1; j < outs.size(); j++) {
                HouseClients.Out a = outs.get(i);
                HouseClients.Out b = outs.get(j);
                if (a.queue() == b.queue() && a.returned() < b.called()) {
                    outs.set(i, withValue(a, b.value()));
                    outs.set(j, withValue(b, a.value()));
                    return;
                }
            }
        }
    }

    private static HouseClients.Out withValue(HouseClients.Out o, long value) {
        return new HouseClients.Out(o.queue(), value, o.called(), o.returned());
    }

    /** Members that stop themselves are no verdict of ours: the others go on, and the checks look at them. */
    HouseSchedule schedule(long seed) {
        HouseSchedule s = new HouseSchedule(seed, 3);
        s.house.survivesStops = true;
        change.accept(s.house);
        return s;
    }

    /** The campaign until a check finds something; {@code most} schedules at most. */
    HouseCampaign campaign(long firstSeed, int most) {
        return HouseCampaign.run(firstSeed, most, HouseSchedule.Outcome::unsafe, this::schedule);
    }

    @Override
    public String toString() {
        return name;
    }
}
