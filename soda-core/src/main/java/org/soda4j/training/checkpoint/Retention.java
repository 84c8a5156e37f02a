package org.soda4j.training.checkpoint;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;

/**
 * Which checkpoints stay when a new one has been written: the newest {@code keepLast}, and besides
 * them every {@code keepEvery}-th that was ever written (by the number a checkpoint gets when it is
 * saved, 1, 2, 3, ...), for ever. One more than is kept must fit on the disk, as the oldest goes
 * only when the newest is complete.
 *
 * @param keepLast how many of the newest stay, at least 1
 * @param keepEvery every how many-th stays for ever; 1 keeps all, 0 keeps none for ever
 */
public record Retention(int keepLast, int keepEvery) {

    /** Keeps the last three. */
    public static final Retention DEFAULT = new Retention(3, 0);

    /** Keeps everything. */
    public static final Retention ALL = new Retention(1, 1);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if {@code keepLast} is below 1 or {@code keepEvery} below 0
     */
    public Retention {
        if (keepLast < 1) {
            throw new IllegalArgumentException(
                    "keepLast: expected at least 1, found "
                            + keepLast
                            + "; a run without its newest checkpoint cannot be resumed");
        }
        if (keepEvery < 0) {
            throw new IllegalArgumentException(
                    "keepEvery: expected 0 (none for ever), 1 (all) or more, found " + keepEvery);
        }
    }

    /** From JSON; what is left out is as in {@link #DEFAULT}. */
    @JsonCreator
    static Retention of(
            @JsonProperty("keepLast") Integer keepLast,
            @JsonProperty("keepEvery") Integer keepEvery) {
        return new Retention(
                keepLast == null ? DEFAULT.keepLast : keepLast,
                keepEvery == null ? DEFAULT.keepEvery : keepEvery);
    }

    /** A checkpoint as the policy sees it: its step, and its number among all ever saved. */
    record Entry(long step, long sequence) {}

    /** The steps to delete, oldest first, of {@code entries} sorted by ascending step. */
    List<Long> deletions(List<Entry> entries) {
        List<Long> steps = new ArrayList<>();
        for (Entry entry : entries.subList(0, Math.max(0, entries.size() - keepLast))) {
            boolean forEver = keepEvery > 0 && entry.sequence() % keepEvery == 0;
            if (!forEver) {
                steps.add(entry.step());
            }
        }
        return steps;
    }
}
