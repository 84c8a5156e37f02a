package org.soda4j.examples.training;

import java.util.List;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.report.RunFigures;

/**
 * What {@code --json} prints of a training.
 *
 * @param complete whether the planned length was reached
 * @param reason why it ended
 * @param figures where the run stands, as {@code compare} prints it
 * @param comparison with what the probes have to beat; empty where it was not measured this time
 * @param effectiveRank of the latents of the training images; null where it was not measured this
 *     time
 * @param run its folder
 * @param model the folder of its model
 * @param report its path; null where there is none
 */
public record TrainingAnswer(
        boolean complete,
        String reason,
        RunFigures figures,
        List<ProbeComparison.Row> comparison,
        Double effectiveRank,
        String run,
        String model,
        String report) {}
