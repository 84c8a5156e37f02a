package org.soda4j.training;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.soda4j.distributed.Collective;
import org.soda4j.training.checkpoint.Checkpoint;
import org.soda4j.training.checkpoint.CheckpointStore;
import org.soda4j.training.listener.ListenerList;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.run.RunFolder;

/** The checkpoints of one training: rank 0 writes them, all ranks read the one that it finds. */
final class RunCheckpoints {

    private final Optional<CheckpointStore> store;
    private final boolean writes;
    private final int everyMinutes;
    private final TrainingState state;
    private final Collective ranks;
    private final DataParallel parallel;
    private final ListenerList listeners;
    private final InstantSource clock;

    private long savedStep = -1;
    private Instant savedTime;

    /**
     * @param folder what this process writes to; empty where it does not
     * @param path of the run, for the ranks that only read; null without a folder
     */
    RunCheckpoints(
            Optional<RunFolder> folder,
            Path path,
            TrainingConfig config,
            TrainingState state,
            Collective ranks,
            DataParallel parallel,
            ListenerList listeners,
            InstantSource clock) {
        this.state = state;
        this.ranks = ranks;
        this.parallel = parallel;
        this.listeners = listeners;
        this.clock = clock;
        store = folder.map(run -> run.checkpoints(config.retention())).or(() -> readOnly(path));
        writes = folder.isPresent();
        everyMinutes = config.checkpointEveryMinutes();
        savedTime = clock.instant();
    }

    private static Optional<CheckpointStore> readOnly(Path folder) {
        return Optional.ofNullable(folder)
                .map(RunFolder::checkpoints)
                .map(CheckpointStore::readOnly);
    }

    /** Restores the newest checkpoint, if there is one, and tells where it was. */
    Optional<RunPosition> restoreNewest(NDManager manager) {
        return newest().map(checkpoint -> restore(checkpoint, manager));
    }

    /** The newest that rank 0 finds, on all ranks. */
    private Optional<Checkpoint> newest() {
        if (store.isEmpty()) {
            return Optional.empty();
        }
        Optional<Checkpoint> own = ranks.rank() == 0 ? store.get().newestValid() : Optional.empty();
        long chosen = parallel.ofFirst(own.map(Checkpoint::step).orElse(-1L));
        return chosen < 0 || own.isPresent() ? own : Optional.of(store.get().at(chosen));
    }

    private RunPosition restore(Checkpoint checkpoint, NDManager manager) {
        RunPosition position = state.restore(checkpoint, manager);
        savedStep = position.step();
        listeners.restore(position.listeners());
        return position;
    }

    /** Whether so many minutes have passed on rank 0 that all ranks save. */
    boolean areDue() {
        Duration since = Duration.between(savedTime, clock.instant());
        return everyMinutes > 0
                && parallel.any(
                        ranks.rank() == 0
                                && since.compareTo(Duration.ofMinutes(everyMinutes)) >= 0);
    }

    /** Saves the state after a step, unless it is saved already. */
    void save(RunPosition at) {
        parallel.requireSameModel(at.step());
        if (!writes || at.step() == savedStep) {
            return;
        }
        Instant start = clock.instant();
        listeners.flush();
        Checkpoint saved = state.save(store.orElseThrow(), at, listeners.state());
        savedStep = at.step();
        savedTime = clock.instant();
        listeners.tell(
                new RunEvent.CheckpointSaved(
                        savedTime,
                        at.step(),
                        saved.folder(),
                        saved.totalBytes(),
                        Duration.between(start, savedTime)));
    }
}
