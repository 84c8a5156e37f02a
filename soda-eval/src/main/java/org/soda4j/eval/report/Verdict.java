package org.soda4j.eval.report;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeFigures;
import org.soda4j.eval.probe.ProbeResult;
import org.soda4j.eval.quality.ReconstructionQuality;

/** What a report says in a few words, of nothing but what was measured. */
final class Verdict {

    /** Chance, raw pixels, untrained encoder: the first rows of a comparison. */
    private static final int BASELINES = 3;

    private Verdict() {}

    /** Each probe of the model beside the best of what the same probe has to beat. */
    static String of(ProbeComparison comparison) {
        List<ProbeComparison.Row> rows = comparison.rows();
        if (rows.size() <= BASELINES) {
            return "";
        }
        List<ProbeComparison.Row> baselines = rows.subList(0, BASELINES);
        List<ProbeComparison.Row> models = rows.subList(BASELINES, rows.size());
        return clause("k-NN", baselines, models, ProbeComparison.Row::knn)
                + " "
                + clause("Linear probe", baselines, models, ProbeComparison.Row::linear)
                + " The baselines are raw pixels, an untrained encoder and chance.";
    }

    private static String clause(
            String probe,
            List<ProbeComparison.Row> baselines,
            List<ProbeComparison.Row> models,
            ToDoubleFunction<ProbeComparison.Row> accuracy) {
        ProbeComparison.Row model = best(models, accuracy);
        ProbeComparison.Row baseline = best(baselines, accuracy);
        return "%s: %s with the features of %s, %s the best baseline (%s, %s)."
                .formatted(
                        probe,
                        Digits.percent(accuracy.applyAsDouble(model)),
                        model.features(),
                        ProbeComparison.beside(
                                accuracy.applyAsDouble(model), accuracy.applyAsDouble(baseline)),
                        baseline.features(),
                        Digits.percent(accuracy.applyAsDouble(baseline)));
    }

    private static ProbeComparison.Row best(
            List<ProbeComparison.Row> rows, ToDoubleFunction<ProbeComparison.Row> accuracy) {
        return rows.stream().max(Comparator.comparingDouble(accuracy)).orElseThrow();
    }

    /** Without a comparison: the best probe and nothing it is compared with. */
    static String of(List<ProbeResult> probes) {
        return probes.stream()
                .max(Comparator.comparingDouble(ProbeResult::accuracy))
                .map(
                        best ->
                                "Best probe of the latent: %s, %s of %s test images right; not compared with raw pixels."
                                        .formatted(
                                                best.probe(),
                                                Digits.percent(best.accuracy()),
                                                Digits.count(best.confusion().total())))
                .orElse("");
    }

    /** Of a run whose model is not at hand: how far it is, its last probes and rank. */
    static String of(RunHistory history) {
        StringBuilder text = new StringBuilder();
        long total = history.totalSteps().orElse(0);
        if (total > history.steps()) {
            text.append(
                    Html.format(
                            "Step %s of %s (%.0f %%), about %s left. ",
                            Digits.count(history.steps()),
                            Digits.count(total),
                            100.0 * history.steps() / total,
                            Digits.duration(history.remaining())));
        } else if (total > 0) {
            text.append("All steps are made. ");
        }
        List<ProbeFigures> probes = RunSections.probes(history.evaluations());
        if (!probes.isEmpty()) {
            text.append("Probes of the latent, measured last: ")
                    .append(probes.stream().map(Verdict::beside).collect(Collectors.joining("; ")))
                    .append(". ");
        }
        history.lastRank().ifPresent(text::append);
        return text.toString().strip();
    }

    private static String beside(ProbeFigures probe) {
        String model = probe.probe() + ' ' + Digits.percent(probe.accuracy());
        return probe.best()
                .map(
                        best ->
                                "%s, %s the best baseline (%s, %s)"
                                        .formatted(
                                                model,
                                                ProbeComparison.beside(
                                                        probe.accuracy(), best.getValue()),
                                                best.getKey(),
                                                Digits.percent(best.getValue())))
                .orElse(model);
    }

    /** Without labels. */
    static String of(ReconstructionQuality quality) {
        return "No probes; %s images drawn again from their latents: PSNR %s, SSIM %s."
                .formatted(
                        Digits.count(quality.images()),
                        Html.format("%.1f dB", quality.psnr()),
                        Html.format("%.2f", quality.ssim()));
    }
}
