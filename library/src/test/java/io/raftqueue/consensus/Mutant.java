package io.raftqueue.consensus;

import java.util.function.Consumer;

/** One cure switched off. Each must be noticed: by the campaign's checks, or by a directed story. */
enum Mutant {
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
    COUNTS_ITSELF_BEFORE_DURABLE("DESIGN 5", new Rules() {
        @Override
        boolean selfCountsOnlyWhenDurable() {
            return false;
        }
    }),
    ACKS_BEFORE_FSYNC("DESIGN 5", new Rules() {
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
    INSTALLS_STALE_SNAPSHOTS("item 1", new Rules() {
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
    LEADS_ON_ALONE("item 1", new Rules() {
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
    FORGETS_ITS_VOTE("E4", new Rules(), c -> c.forgetsVotes = true),
    KNOWS_MEMBERS_BY_NAME_ONLY("E13", new Rules(), c -> c.identityByName = true),
    SESSIONS_OFF("S1", new Rules(), c -> c.sessions = false),
    LAST_IN_FIRST_OUT("the checker", new Rules(), c -> c.lastInFirstOut = true);

    final String row;
    final Rules rules;
    private final Consumer<SimulatedCluster> change;

    Mutant(String row, Rules rules) {
        this(row, rules, c -> {});
    }

    Mutant(String row, Rules rules, Consumer<SimulatedCluster> change) {
        this.row = row;
        this.rules = rules;
        this.change = change;
    }

    Schedule schedule(long seed, int voters) {
        Schedule s = new Schedule(seed, voters, rules);
        change.accept(s.cluster);
        return s;
    }

    public static void main(String[] args) {
        int most = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
        for (Mutant m : values()) {
            if (args.length > 1 && !m.name().equals(args[1])) {
                continue;
            }
            Campaign c = Campaign.run(1, most, true, seed -> m.schedule(seed, 3));
            System.out.printf(
                    "%-45s %-10s %s%n",
                    m,
                    m.row,
                    c.failures.isEmpty()
                            ? "NOT caught in " + c.schedules
                            : "after " + c.schedules + ": "
                                    + c.failures.get(0).verdicts().get(0));
            if (args.length > 2) {
                c.failures.forEach(o -> System.out.println(Campaign.replay(m.schedule(o.seed(), 3))));
            }
        }
    }
}
