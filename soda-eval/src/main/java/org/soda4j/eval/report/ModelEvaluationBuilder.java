package org.soda4j.eval.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.probe.ProbeComparison;

/** Collects the settings of a {@link ModelEvaluation}. */
public final class ModelEvaluationBuilder {

    final Soda soda;
    final ImageDataset train;
    final ImageDataset test;
    Path run;
    RunHistory history = new RunHistory();
    Map<String, String> facts = Map.of();
    Optional<ProbeComparison> comparison = Optional.empty();
    String title = "SODA";
    Optional<PublishedAccuracy> published = Optional.empty();
    int qualityImages = 200;
    SamplingOptions options;
    boolean probes = true;
    boolean crops;
    boolean fineTune;
    final List<ReportSection> more = new ArrayList<>();
    EvaluationProgress progress = (part, done, total) -> {};

    ModelEvaluationBuilder(Soda soda, ImageDataset train, ImageDataset test) {
        this.soda = Objects.requireNonNull(soda, "soda");
        this.train = Objects.requireNonNull(train, "train");
        this.test = Objects.requireNonNull(test, "test");
        options =
                SamplingOptions.defaults()
                        .withSteps(Math.min(10, soda.config().schedule().steps()));
    }

    /**
     * The run that the model is of, whose curves, configuration and origin are shown.
     *
     * @param folder a run folder; default none
     * @return this
     */
    public ModelEvaluationBuilder run(Path folder) {
        run = folder;
        return this;
    }

    /**
     * What the training recorded, where it has no folder.
     *
     * @param history that listened to the training; default empty, and not used with a folder
     * @return this
     */
    public ModelEvaluationBuilder history(RunHistory history) {
        this.history = Objects.requireNonNull(history, "history");
        return this;
    }

    /**
     * What the head of the report says beside what the run's folder tells.
     *
     * @param facts text by name, such as {@code Data}; default none; copied
     * @return this
     */
    public ModelEvaluationBuilder facts(Map<String, String> facts) {
        this.facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        return this;
    }

    /**
     * The model beside raw pixels, its untrained encoder and chance, which gives the report its
     * verdict and a table.
     *
     * @param comparison default none
     * @return this
     */
    public ModelEvaluationBuilder comparison(Optional<ProbeComparison> comparison) {
        this.comparison = Objects.requireNonNull(comparison, "comparison");
        return this;
    }

    /**
     * The heading of the report.
     *
     * @param title default "SODA"
     * @return this
     */
    public ModelEvaluationBuilder title(String title) {
        this.title = Objects.requireNonNull(title, "title");
        return this;
    }

    /**
     * What the probes are compared with.
     *
     * @param accuracy default nothing
     * @return this
     */
    public ModelEvaluationBuilder published(Optional<PublishedAccuracy> accuracy) {
        published = Objects.requireNonNull(accuracy, "accuracy");
        return this;
    }

    /**
     * How many test images are drawn again for the quality.
     *
     * @param count at least 2; default 200
     * @return this
     * @throws IllegalArgumentException if below 2
     */
    public ModelEvaluationBuilder qualityImages(int count) {
        qualityImages = IntRange.atLeast(2, "qualityImages", count);
        return this;
    }

    /**
     * How images are drawn.
     *
     * @param options default {@link SamplingOptions#defaults()}
     * @return this
     */
    public ModelEvaluationBuilder options(SamplingOptions options) {
        this.options = Objects.requireNonNull(options, "options");
        return this;
    }

    /**
     * Whether labelled images are probed.
     *
     * @param wanted default true
     * @return this
     */
    public ModelEvaluationBuilder probes(boolean wanted) {
        probes = wanted;
        return this;
    }

    /**
     * Whether the published linear probe on crops is run too, which takes 15 passes over the
     * training images, and as many from the untrained encoder.
     *
     * @param wanted default false
     * @return this
     */
    public ModelEvaluationBuilder crops(boolean wanted) {
        crops = wanted;
        return this;
    }

    /**
     * Whether a copy of the encoder is trained with a head on labels too, at the same length as the
     * published linear probe, and a copy of the untrained encoder, which learns from the labels
     * alone. No figure was published for that.
     *
     * @param wanted default false
     * @return this
     */
    public ModelEvaluationBuilder fineTune(boolean wanted) {
        fineTune = wanted;
        return this;
    }

    /**
     * Adds a section of one's own, shown after the quality.
     *
     * @param section the section
     * @return this
     */
    public ModelEvaluationBuilder add(ReportSection section) {
        more.add(Objects.requireNonNull(section, "section"));
        return this;
    }

    /**
     * Sets what follows the progress.
     *
     * @param listener called in the evaluating thread; default: nothing
     * @return this
     */
    public ModelEvaluationBuilder progress(EvaluationProgress listener) {
        progress = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Makes the evaluation.
     *
     * @return immutable; the model must stay open while it is used
     */
    public ModelEvaluation build() {
        return new ModelEvaluation(this);
    }
}
