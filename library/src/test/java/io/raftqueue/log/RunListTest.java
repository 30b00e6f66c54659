package io.raftqueue.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The compact list answers as a plain map would, whatever the traffic looks like, and stays small. */
class RunListTest {
    /** Adds runs of mixed shapes to the list and message by message to the model. */
    private static void fill(RunList list, TreeMap<Long, RunList.Place> model, Random random, int runs) {
        long id = list.isEmpty() ? 1 + random.nextInt(3) : list.nextId();
        long entry = model.isEmpty() ? 1 : model.lastEntry().getValue().entry() + 1;
        int shape = 0;
        int count = 1;
        for (int i = 0; i < runs; i++) {
            if (random.nextInt(20) == 0) {
                shape = random.nextInt(4);
                count = 1 + random.nextInt(30);
            }
            int slot = shape == 1 ? random.nextInt(3) : 0;
            int n = shape == 2 ? 1 + random.nextInt(300) : count;
            id += shape == 3 && random.nextInt(10) == 0 ? random.nextInt(1000) : 0;
            list.add(id, n, entry, slot);
            for (int k = 0; k < n; k++) {
                model.put(id + k, new RunList.Place(entry, slot + k));
            }
            id += n;
            entry += random.nextInt(5) == 0 ? random.nextInt(200) + 1 : 1;
        }
    }

    private static void compare(RunList list, TreeMap<Long, RunList.Place> model, long fromId) {
        for (long id = Math.max(0, fromId); id <= model.lastKey() + 2; id++) {
            assertThat(list.find(id)).as("id %s", id).isEqualTo(model.get(id));
        }
    }

    @Test
    void findsWhatAMapFinds() {
        for (long seed = 1; seed <= 40; seed++) {
            Random random = new Random(seed);
            RunList list = new RunList();
            TreeMap<Long, RunList.Place> model = new TreeMap<>();
            fill(list, model, random, 600);
            compare(list, model, 0);
            assertThat(list.nextId()).isEqualTo(model.lastKey() + 1);
            long middle = model.firstKey() + random.nextLong(model.lastKey() - model.firstKey());
            list.dropBefore(middle);
            compare(list, model, middle);
            fill(list, model, random, 300);
            compare(list, model, middle);
        }
    }

    @Test
    void rangesAndEntriesAgreeWithAMap() {
        Random random = new Random(7);
        RunList list = new RunList();
        TreeMap<Long, RunList.Place> model = new TreeMap<>();
        fill(list, model, random, 2000);
        for (int i = 0; i < 300; i++) {
            long from = random.nextLong(model.lastKey() + 5);
            long to = from + random.nextLong(500);
            TreeMap<Long, RunList.Place> seen = new TreeMap<>();
            list.forEach(from, to, (first, count, entry, slot) -> {
                for (int k = 0; k < count; k++) {
                    seen.put(first + k, new RunList.Place(entry, slot + k));
                }
            });
            assertThat(seen).isEqualTo(new TreeMap<>(model.subMap(from, to)));
            long entry = random.nextLong(model.lastEntry().getValue().entry() + 5);
            long expected = model.entrySet().stream()
                    .filter(e -> e.getValue().entry() >= entry)
                    .mapToLong(java.util.Map.Entry::getKey)
                    .findFirst()
                    .orElse(list.nextId());
            assertThat(list.firstIdFrom(entry)).as("from entry %s", entry).isEqualTo(expected);
        }
    }

    @Test
    void whatIsWrittenIsReadAlsoInPartsAndCut() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            RunList list = new RunList();
            TreeMap<Long, RunList.Place> model = new TreeMap<>();
            fill(list, model, random, 400);
            long cut = model.firstKey() + random.nextLong(model.lastKey() - model.firstKey());
            long split = cut + random.nextLong(model.lastKey() - cut + 1);
            RunList first = new RunList();
            list.forEach(0, split, first::add);
            RunList second = new RunList();
            list.forEach(split, Long.MAX_VALUE, second::add);
            RunList read = new RunList();
            for (RunList part : new RunList[] {first, second}) {
                ByteSink out = new ByteSink(10);
                part.write(out);
                read.read(ByteBuffer.wrap(out.toArray()), cut);
            }
            compare(read, model, cut);
            assertThat(read.find(cut - 1)).isNull();
        }
    }

    @Test
    void tenMillionMessagesFitIntoTensOfMegabytes() {
        Random random = new Random(1);
        RunList regular = new RunList();
        RunList batches = new RunList();
        RunList worst = new RunList();
        long id = 1;
        long entry = 1;
        for (int i = 0; i < 10_000_000; i++) {
            regular.add(i + 1, 1, i + 1, 0);
            entry += 1 + random.nextInt(3);
            worst.add(i + 1, 1, entry, random.nextInt(3));
        }
        for (entry = 1; id < 10_000_000; entry++) {
            int count = 1 + random.nextInt(20);
            batches.add(id, count, entry, 0);
            id += count;
        }
        assertThat(regular.memoryBytes()).isLessThan(1_000);
        assertThat(batches.memoryBytes()).isLessThan(4_000_000);
        assertThat(worst.memoryBytes()).isLessThan(40_000_000);
        assertThat(worst.find(5_000_000)).isNotNull();
    }

    @Test
    void whatDoesNotFollowIsRefused() {
        RunList list = new RunList();
        list.add(10, 5, 3, 0);
        assertThatThrownBy(() -> list.add(14, 1, 4, 0)).hasMessageContaining("cannot follow message 14 of entry 3");
        assertThatThrownBy(() -> list.add(15, 1, 2, 0)).hasMessageContaining("cannot follow");
        assertThatThrownBy(() -> list.add(15, 0, 4, 0)).hasMessageContaining("cannot follow");
    }
}
