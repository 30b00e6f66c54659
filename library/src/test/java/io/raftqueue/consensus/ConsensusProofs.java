package io.raftqueue.consensus;

import io.raftqueue.stock.Proof;
import java.util.List;

/** The stories, for the table of the engine's defects. */
public final class ConsensusProofs {
    private ConsensusProofs() {}

    /** The stories of that row. */
    public static List<Proof> of(String row) {
        return Story.all().stream()
                .filter(story -> story.row().equals(row))
                .map(ConsensusProofs::proof)
                .toList();
    }

    private static Proof proof(Story story) {
        return Proof.of("story: " + story.tells(), () -> {
            String wrong = story.play(new Rules());
            if (wrong != null) {
                throw new AssertionError(wrong);
            }
        });
    }
}
