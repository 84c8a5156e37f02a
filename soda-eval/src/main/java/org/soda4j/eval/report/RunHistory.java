package org.soda4j.eval.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.soda4j.encoder.EffectiveRank;
import org.soda4j.io.ConfigText;
import org.soda4j.io.Utf8Text;
import org.soda4j.training.listener.RunControl;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;
import org.soda4j.training.run.RunFolder;

/**
 * What a training has recorded: read from its folder, or collected while it runs, or first one and
 * then the other. {@link RunSections#of(RunHistory)} draws it.
 *
 * <pre>{@code
 * RunHistory history = new RunHistory();
 * SodaTrainer.builder(soda).data(pairs).listener(history).build().fit();
 * }</pre>
 *
 * <p>May be read by one thread while another trains.
 */
public final class RunHistory implements RunListener {

    private static final List<String> LINE_FIELDS = List.of("type", "step", "epoch", "images");
    private static final Pattern SAMPLE = Pattern.compile("step-(\\d{1,18})-(.+)\\.png");
    private static final double NANOS = 1e9;
    private static final double EARLY = 0.1;

    /** A picture that was drawn during the training. */
    record Sample(long step, String name, Path png) {}

    private final Curve loss;
    private final Curve gradientNorm;
    private final Curve encoderRate;
    private final Curve denoiserRate;
    private final Curve speed;
    private final Curve rank;
    private final Map<String, Curve> evaluations = new TreeMap<>();
    private final List<Sample> samples;
    private long steps;
    private long images;
    private long epoch;
    private long totalSteps;
    private Duration earlier = Duration.ZERO;
    private Duration elapsed = Duration.ZERO;
    private Duration remaining = Duration.ZERO;

    /** Starts without anything. */
    public RunHistory() {
        loss = new Curve();
        gradientNorm = new Curve();
        encoderRate = new Curve();
        denoiserRate = new Curve();
        speed = new Curve();
        rank = new Curve();
        samples = new ArrayList<>();
    }

    private RunHistory(RunHistory other) {
        loss = other.loss.copy();
        gradientNorm = other.gradientNorm.copy();
        encoderRate = other.encoderRate.copy();
        denoiserRate = other.denoiserRate.copy();
        speed = other.speed.copy();
        rank = other.rank.copy();
        other.evaluations.forEach((name, curve) -> evaluations.put(name, curve.copy()));
        samples = new ArrayList<>(other.samples);
        steps = other.steps;
        images = other.images;
        epoch = other.epoch;
        totalSteps = other.totalSteps;
        earlier = other.earlier;
        elapsed = other.elapsed;
        remaining = other.remaining;
    }

    /**
     * Reads what a run has recorded so far.
     *
     * @param run a run folder, or one that does not exist yet; the run may be going on
     * @return its history, empty where there is none
     * @throws IOException if a file cannot be read
     */
    public static RunHistory read(Path run) throws IOException {
        RunHistory history = new RunHistory();
        history.readMetrics(RunFolder.metrics(run));
        history.readEvents(RunFolder.events(run));
        history.readSamples(run.resolve("samples"));
        return history;
    }

    /** What there is at this moment, which changes no more. */
    synchronized RunHistory copy() {
        return new RunHistory(this);
    }

    void readMetrics(Path metrics) throws IOException {
        if (!Files.exists(metrics)) {
            return;
        }
        AtomicLong number = new AtomicLong();
        Utf8Text.forEachLine(
                metrics,
                line -> {
                    number.incrementAndGet();
                    try {
                        read(ConfigText.jsonTree(line));
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(
                                "%s, line %d: expected JSON, found %s"
                                        .formatted(metrics, number.get(), e.getMessage()),
                                e);
                    }
                });
    }

    private void read(JsonNode line) {
        double step = line.path("step").asDouble();
        switch (line.path("type").asText()) {
            case "step" -> {
                reached(line.path("step").asLong(), line.path("images").asLong());
                epoch = Math.max(epoch, line.path("epoch").asLong());
                loss.add(step, number(line.path("loss")));
                gradientNorm.add(step, number(line.path("gradientNorm")));
                encoderRate.add(step, number(line.path("encoderLearningRate")));
                denoiserRate.add(step, number(line.path("denoiserLearningRate")));
            }
            case "latents" -> rank.add(step, number(line.path("effectiveRank")));
            case "evaluation" ->
                    line.properties()
                            .forEach(
                                    field -> {
                                        if (!LINE_FIELDS.contains(field.getKey())) {
                                            evaluation(field.getKey())
                                                    .add(step, number(field.getValue()));
                                        }
                                    });
            default -> {} // Epochs repeat what the steps say.
        }
    }

    private static double number(JsonNode value) {
        return value.isNumber() ? value.asDouble() : Double.NaN;
    }

    private void reached(long step, long imagesSeen) {
        steps = Math.max(steps, step);
        images = Math.max(images, imagesSeen);
    }

    private Curve evaluation(String name) {
        return evaluations.computeIfAbsent(name, key -> new Curve());
    }

    /** The only files of a run that know the clock. */
    private void readEvents(Path folder) throws IOException {
        EventFiles.read(
                folder,
                new EventFiles.Reader() {
                    @Override
                    public void start(long step) {
                        speed.cutAfter(step - 1.0);
                    }

                    @Override
                    public void scalar(long step, String tag, double value) {
                        if (tag.equals("train/images_per_second") && step <= steps) {
                            speed.add(step, value);
                        }
                    }

                    @Override
                    public void end(double seconds) {
                        if (seconds < Integer.MAX_VALUE) {
                            earlier = earlier.plusNanos((long) (seconds * NANOS));
                        }
                    }
                });
    }

    private void readSamples(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> children = Files.list(folder)) {
            children.sorted().forEach(file -> sample(file, file.getFileName().toString()));
        }
        samples.sort((a, b) -> Long.compare(a.step, b.step));
    }

    private void sample(Path file, String name) {
        Matcher matcher = SAMPLE.matcher(name);
        if (matcher.matches()) {
            samples.add(new Sample(Long.parseLong(matcher.group(1)), matcher.group(2), file));
        }
    }

    @Override
    public synchronized void begin(RunEvent.Begin begin, RunControl control) {
        totalSteps = begin.totalSteps();
        steps = begin.step();
        images = begin.images();
        epoch = begin.epoch();
        Stream.of(loss, gradientNorm, encoderRate, denoiserRate, speed, rank)
                .forEach(curve -> curve.cutAfter(begin.step()));
        evaluations.values().forEach(curve -> curve.cutAfter(begin.step()));
        samples.removeIf(sample -> sample.step > begin.step());
    }

    @Override
    public synchronized void step(RunEvent.Step step) {
        reached(step.step(), step.images());
        epoch = step.epoch();
        totalSteps = step.totalSteps();
        elapsed = step.elapsed();
        remaining = step.remaining();
        loss.add(step.step(), step.loss());
        gradientNorm.add(step.step(), step.gradientNorm());
        encoderRate.add(step.step(), step.encoderLearningRate());
        denoiserRate.add(step.step(), step.denoiserLearningRate());
        speed.add(step.step(), step.imagesPerSecond());
    }

    @Override
    public synchronized void latents(RunEvent.Latents latents) {
        rank.add(latents.step(), latents.effectiveRank());
    }

    @Override
    public synchronized void evaluation(RunEvent.Evaluation evaluated) {
        evaluated.metrics().forEach((name, value) -> evaluation(name).add(evaluated.step(), value));
    }

    @Override
    public synchronized void samples(RunEvent.Samples drawn) {
        samples.add(new Sample(drawn.step(), drawn.name(), drawn.png()));
    }

    @Override
    public synchronized void end(RunEvent.End end) {
        elapsed = end.elapsed();
        remaining = Duration.ZERO;
    }

    Curve loss() {
        return loss;
    }

    Curve gradientNorm() {
        return gradientNorm;
    }

    Curve encoderRate() {
        return encoderRate;
    }

    Curve denoiserRate() {
        return denoiserRate;
    }

    Curve speed() {
        return speed;
    }

    Curve rank() {
        return rank;
    }

    /**
     * That of the last batch that was looked at; empty before a tenth of the training, where a
     * latent may not use much yet.
     */
    Optional<String> lastRank() {
        if (rank.isEmpty() || steps < EARLY * totalSteps) {
            return Optional.empty();
        }
        long batch = Math.round((double) images / Math.max(1, steps));
        return Optional.of(
                Html.format(
                                "The latent uses %.1f directions (effective rank of a batch, which is below that of many images).",
                                rank.last())
                        + EffectiveRank.advice(rank.last(), batch)
                                .map(advice -> " " + advice + ".")
                                .orElse(""));
    }

    /** By name; none is empty. */
    Map<String, Curve> evaluations() {
        Map<String, Curve> found = new TreeMap<>(evaluations);
        found.values().removeIf(Curve::isEmpty);
        return found;
    }

    List<Sample> samples() {
        return samples;
    }

    long steps() {
        return steps;
    }

    /** Training images seen, with repetition. */
    long images() {
        return images;
    }

    long epoch() {
        return epoch;
    }

    /** The steps that are planned, while the run is watched. */
    OptionalLong totalSteps() {
        return totalSteps > 0 ? OptionalLong.of(totalSteps) : OptionalLong.empty();
    }

    /** How long it was trained, in all starts, evaluations with it; zero where it is not known. */
    Duration time() {
        return earlier.plus(elapsed);
    }

    Duration remaining() {
        return remaining;
    }
}
