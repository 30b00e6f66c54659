package io.raftqueue.consensus;

import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One cure switched off. Each must be noticed: by the campaign's checks, or by a directed story. */
public enum Mutant {
    COMPARES_ONLY_THE_FIRST_TERM("C3", new Rules() {
        @Override
        boolean comparesEveryTerm() {
            return false;
        }
    }),
    TRUSTS_UNVERIFIED_TAILS("C2 C8", new Rules() {
        @Override
        boolean trustsOnlyVerified() {
            return false;
        }
    }),
    COUNTS_ITSELF_BEFORE_DURABLE("durable", new Rules() {
        @Override
        boolean selfCountsOnlyWhenDurable() {
            return false;
        }
    }),
    ACKS_BEFORE_FSYNC("durable", new Rules() {
        @Override
        boolean followersAckOnlyDurable() {
            return false;
        }
    }),
    COMMITS_OLD_TERMS_BY_COUNTING("C4", new Rules() {
        @Override
        boolean commitsOnlyCurrentTerm() {
            return false;
        }
    }),
    READS_BEFORE_THE_NO_OP("C4", new Rules() {
        @Override
        boolean readsWaitForNoOp() {
            return false;
        }
    }),
    READS_WITHOUT_A_ROUND("C1", new Rules() {
        @Override
        boolean readsNeedRound() {
            return false;
        }
    }),
    VOTES_WITHOUT_COMPARING_LOGS("E1", new Rules() {
        @Override
        boolean votersCompareLogs() {
            return false;
        }
    }),
    VOTES_TWICE("E4", new Rules() {
        @Override
        boolean votesOnce() {
            return false;
        }
    }),
    COUNTS_VOTES_OF_OTHER_TERMS("E3", new Rules() {
        @Override
        boolean dropsVotesOfOtherTerms() {
            return false;
        }
    }),
    USES_THE_COMMITTED_CONFIGURATION("E5", new Rules() {
        @Override
        boolean newestConfigurationCounts() {
            return false;
        }
    }),
    CHANGES_CONFIGURATION_AT_ANY_TIME("E5", new Rules() {
        @Override
        boolean changesAreSafe() {
            return false;
        }
    }),
    DESERTS_WHEN_REMOVED("4.2.2", new Rules() {
        @Override
        boolean removedCampaignUntilCommitted() {
            return false;
        }
    }),
    COUNTS_LEARNERS("E8", new Rules() {
        @Override
        boolean countsOnlyVoters() {
            return false;
        }
    }),
    KEEPS_ITS_MAJORITY_AFTER_A_SNAPSHOT("E10", new Rules() {
        @Override
        boolean adoptsSnapshotConfiguration() {
            return false;
        }
    }),
    INSTALLS_STALE_SNAPSHOTS("snapshot", new Rules() {
        @Override
        boolean ignoresStaleSnapshots() {
            return false;
        }
    }),
    TAKES_MESSAGES_FOR_ITS_FORMER_INCARNATION("E13", new Rules() {
        @Override
        boolean checksIncarnation() {
            return false;
        }
    }),
    LETS_STALE_LEADERS_IN_THE_DARK("E7", new Rules() {
        @Override
        boolean answersStaleTerms() {
            return false;
        }
    }),
    NEVER_RESENDS("C7", new Rules() {
        @Override
        boolean resendsByTimer() {
            return false;
        }
    }),
    LEADS_ON_ALONE("step-down", new Rules() {
        @Override
        boolean stepsDownWhenAlone() {
            return false;
        }
    }),
    DISTURBS_LIVE_LEADERS("E6", new Rules() {
        @Override
        boolean sticksToLiveLeader() {
            return false;
        }
    }),
    HEARS_OTHER_CLUSTERS("E12", new Rules() {
        @Override
        boolean checksCluster() {
            return false;
        }
    }),
    SENDS_WITHOUT_BOUND("C9", new Rules() {
        @Override
        boolean boundsWindow() {
            return false;
        }
    }),
    FORGETS_ITS_VOTE("E4", c -> c.forgetsVotes = true),
    KNOWS_MEMBERS_BY_NAME_ONLY("E13", c -> c.identityByName = true),
    SESSIONS_OFF("sessions", c -> c.sessions = false),
    LAST_IN_FIRST_OUT("the checker", c -> c.lastInFirstOut = true);

    /** Rules of the harness around Raft, not of Raft: set on each cluster that is made under them. */
    static final class Harness extends Rules {
        private final Consumer<SimulatedCluster> change;

        Harness(Consumer<SimulatedCluster> change) {
            this.change = change;
        }

        void prepare(SimulatedCluster cluster) {
            change.accept(cluster);
        }
    }

    public final String row;
    final Rules rules;

    Mutant(String row, Rules rules) {
        this.row = row;
        this.rules = rules;
    }

    Mutant(String row, Consumer<SimulatedCluster> change) {
        this(row, new Harness(change));
    }

    /** Whether it is a rule of {@link Rules}, so that a whole node can be run without it; else it is of the harness here. */
    public boolean isRule() {
        return !(rules instanceof Harness);
    }

    /** A consensus without that rule. */
    public Consensus consensus(
            ConsensusOptions options,
            UUID self,
            RaftStorage storage,
            Outbox outbox,
            ConsensusListener listener,
            RandomGenerator random) {
        return new Consensus(options, self, storage, outbox, listener, random, rules);
    }

    /** The first story that this mutant does not survive, and why; null when it survives all. */
    @Nullable
    public String caughtByStory() {
        for (Story story : Story.all()) {
            String wrong = story.play(rules);
            if (wrong != null) {
                return story + " | " + wrong;
            }
        }
        return null;
    }

    /** The first schedule that this mutant does not survive by a verdict on safety; null when there is none. */
    @Nullable
    String caughtBySchedule(long firstSeed, int most) {
        Campaign c = Campaign.run(firstSeed, most, Mutant::unsafe, seed -> new Schedule(seed, 3, rules));
        List<Schedule.Outcome> failures = c.failures;
        return failures.isEmpty()
                ? null
                : "after " + c.schedules + " | " + failures.get(0).verdicts().get(0);
    }

    /** A cluster that only stands still proves nothing here: a crash or a timeout is not a verdict. */
    private static boolean unsafe(Schedule.Outcome o) {
        return o.verdicts().stream().anyMatch(v -> !v.startsWith("stuck") && !v.startsWith("a server stopped"));
    }

    /** Schedules to try for each mutant at most, first seed. */
    public static void main(String[] args) {
        int most = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
        long first = args.length > 1 ? Long.parseLong(args[1]) : 1;
        for (Mutant m : values()) {
            System.out.println(m.tell(most, first));
        }
    }

    /** One line of the table. */
    String tell(int most, long firstSeed) {
        String schedule = caughtBySchedule(firstSeed, most);
        return String.format(
                "%-42s %-9s campaign: %s%n%-52s story: %s",
                this, row, schedule == null ? "not within " + most : schedule, "", caughtByStory());
    }
}
