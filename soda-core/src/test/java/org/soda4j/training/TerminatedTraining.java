package org.soda4j.training;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import org.soda4j.Soda;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/** A process that trains until it is asked to end. */
final class TerminatedTraining {

    private TerminatedTraining() {}

    /** Says "step N" after every step, and how fit ended; the argument is a folder, or missing. */
    public static void main(String[] args) {
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = TinyTraining.model(0).build()) {
            trainer(soda, manager, args.length == 0 ? null : Path.of(args[0]))
                    .listener(
                            new RunListener() {
                                @Override
                                public void step(RunEvent.Step step) {
                                    say("step " + step.step());
                                }

                                @Override
                                public void end(RunEvent.End end) {
                                    say("end " + end.step() + " " + end.reason());
                                }
                            })
                    .build()
                    .fit();
        }
    }

    static SodaTrainer.Builder trainer(Soda soda, NDManager manager, Path run) {
        SodaTrainer.Builder trainer =
                TinyTraining.trainer(soda, TinyTraining.data(manager, 12))
                        .stopOnShutdown(true)
                        .steps(1_000_000)
                        .checkpointEveryEpochs(0);
        return run == null ? trainer : trainer.folder(run);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
