package io.raftqueue.server.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Faults in random order, and yet none is forgotten: a shuffled deck, and when it is used up the next one. */
final class Deck {
    private final List<FaultKind> kinds;
    private final Random random;
    private final List<FaultKind> cards = new ArrayList<>();

    Deck(List<FaultKind> kinds, Random random) {
        this.kinds = kinds;
        this.random = random;
    }

    FaultKind next() {
        if (cards.isEmpty()) {
            for (FaultKind kind : kinds) {
                cards.addAll(Collections.nCopies(kind.copies(), kind));
            }
            Collections.shuffle(cards, random);
        }
        return cards.remove(cards.size() - 1);
    }
}
