package org.soda4j.examples.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.soda4j.ModelSummary;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.eval.probe.ProbeFigures;
import org.soda4j.eval.report.RunSections;
import org.soda4j.examples.training.TrainingImages;
import org.soda4j.image.ImagePreparation;
import org.soda4j.image.ImagePreparation.Fit;
import org.soda4j.io.ConfigText;
import org.soda4j.io.Utf8Text;
import org.soda4j.training.run.RunFolder;

/** The page that goes with an exported model: what it is, takes and gives, and comes from. */
public final class ModelCard {

    private final Soda soda;
    private final Path run;
    private final String licence;
    private final List<String> files;

    /**
     * @param run the folder that the model was read from
     * @param licence of the weights; null: nobody said
     * @param files what was exported, name and sentence in one
     */
    public ModelCard(Soda soda, Path run, String licence, List<String> files) {
        this.soda = soda;
        this.run = run;
        this.licence = licence;
        this.files = List.copyOf(files);
    }

    /** The card as Markdown. */
    public String text() throws IOException {
        SodaConfig config = soda.config();
        List<Integer> image = config.denoiser().imageShape();
        int height = image.get(1);
        int width = image.get(2);
        String colours = image.get(0) == 1 ? "grey" : "colour";
        ModelSummary summary = soda.describe();
        List<String> lines = new ArrayList<>();
        lines.add("# A SODA model\n");
        lines.add(
                String.format(
                        Locale.ROOT,
                        "An encoder that turns a %s image of %d x %d pixels into a latent of %d"
                                + " numbers, and a denoiser that draws images from latents"
                                + " ([SODA](https://arxiv.org/abs/2311.17901), by soda4j). %,d"
                                + " parameters together.\n",
                        colours,
                        height,
                        width,
                        config.latent().size(),
                        summary.parameterCount()));
        if (config.views() != null) {
            lines.add(
                    "Both see cameras: the encoder that of each source view, the denoiser that from which"
                            + " it draws.\n");
        }
        lines.add("| file | holds |\n|---|---|");
        lines.addAll(files);
        lines.add("\n## Training\n");
        lines.addAll(training());
        lines.add("\n## Preparation\n");
        ImagePreparation how = config.preparation();
        lines.add(
                ("Files are %s, made %s, %s to %d x %d by antialiased bilinear sampling (Pillow's BILINEAR)"
                                + " and divided by 255. The encoder normalises channels itself.\n")
                        .formatted(
                                how.upright() ? "turned upright" : "taken as they lie",
                                colour(how, image.get(0)),
                                how.fit() == Fit.CROP
                                        ? "cut to the largest central part with the model's proportions, resized"
                                        : "resized whole",
                                height,
                                width));
        lines.add("## Limits\n");
        lines.add(
                "Features say what images like those of the training have in common; of other images they"
                        + " say less. Measure on your own before you rely on them.\n");
        lines.add("## Licence\n");
        lines.add(
                licence == null
                        ? "Not stated. Who publishes these weights decides; mind the licence of the images."
                        : licence);
        return String.join("\n", lines) + "\n";
    }

    private static String colour(ImagePreparation how, int channels) {
        String alpha =
                how.background() == null
                        ? " without alpha"
                        : " over the background " + how.background();
        return (channels == 1 ? "grey" : "RGB") + alpha;
    }

    private List<String> training() throws IOException {
        List<String> lines = new ArrayList<>();
        Path data = run.resolve("data.json");
        if (!Files.exists(data)) {
            lines.add(
                    "Not known: no data.json, which the program train writes, is beside this model.");
            return lines;
        }
        TrainingImages images = TrainingImages.ofRun(run);
        lines.add("- images: %s, %s".formatted(images.kind(), images.path().getFileName()));
        Map<String, String> provenance = RunSections.provenance(run);
        for (String key : List.of("dataHash", "soda4j", "djl")) {
            if (provenance.containsKey(key)) {
                lines.add("- %s: %s".formatted(key, provenance.get(key)));
            }
        }
        Map<String, JsonNode> newest = newestRecords(RunFolder.metrics(run));
        JsonNode last = newest.get("step");
        JsonNode evaluation = newest.get("evaluation");
        if (last != null) {
            lines.add(
                    "- length: %s steps, %s images seen"
                            .formatted(last.path("step").asText(), last.path("images").asText()));
        }
        if (evaluation == null) {
            lines.add("- probes: none were made");
            return lines;
        }
        lines.addAll(figures(evaluation));
        return lines;
    }

    /** Of an evaluation, a line each; a probe beside what it has to beat. */
    private static List<String> figures(JsonNode evaluation) {
        Map<String, Double> figures = new TreeMap<>();
        evaluation
                .properties()
                .forEach(
                        figure -> {
                            if (figure.getKey().contains(".")) {
                                figures.put(figure.getKey(), figure.getValue().asDouble());
                            }
                        });
        String step = evaluation.path("step").asText();
        List<String> lines = new ArrayList<>();
        for (ProbeFigures probe : ProbeFigures.of(figures)) {
            lines.add("- at step %s: %s".formatted(step, probe));
        }
        figures.forEach(
                (name, value) -> {
                    if (!ProbeFigures.isShare(name)) {
                        lines.add("- %s at step %s: %s".formatted(name, step, rounded(value)));
                    }
                });
        return lines;
    }

    /** To four digits, as more of an accuracy is noise; a figure may be no number. */
    private static String rounded(double figure) {
        return Double.isFinite(figure)
                ? new BigDecimal(figure)
                        .round(new MathContext(4))
                        .stripTrailingZeros()
                        .toPlainString()
                : String.valueOf(figure);
    }

    /** By their types; the last line of a run that goes on may not be whole yet. */
    private static Map<String, JsonNode> newestRecords(Path metrics) throws IOException {
        Map<String, JsonNode> newest = new HashMap<>();
        if (Files.exists(metrics)) {
            Utf8Text.forEachLine(
                    metrics,
                    line -> {
                        if (line.endsWith("}")) {
                            JsonNode record = parsed(metrics, line);
                            newest.put(record.path("type").asText(), record);
                        }
                    });
        }
        return newest;
    }

    private static JsonNode parsed(Path metrics, String line) {
        try {
            return ConfigText.jsonTree(line);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(metrics + ": " + e.getMessage(), e);
        }
    }
}
