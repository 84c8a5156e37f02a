package org.soda4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.encoder.FeatureStatistics;
import org.soda4j.eval.feature.DenoiserFeatures;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.PartProgress;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.training.ModelOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Encodes a folder of images into a file of features. */
@Command(
        name = "encode",
        sortOptions = false,
        description = {
            "Encodes images into features for probe and for NumPy.",
            "  numpy.load(FILE)['features']"
        })
final class Encode extends Program {

    @Parameters(paramLabel = "MODEL", description = "Folder of a run, or of a saved model.")
    private Path run;

    @Option(
            names = "--images",
            required = true,
            paramLabel = "DIR",
            description = "Image files, in one folder or one folder a class.")
    private Path images;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The features, .npz or .safetensors.")
    private Path out;

    @Option(
            names = "--features",
            paramLabel = "NAME",
            description =
                    "One of ${COMPLETION-CANDIDATES}, as it is. Default: JOINED (latent and means of all"
                            + " stages) standardised by the model's statistics, which is what search and"
                            + " probes gain most from; LATENT where the model has none.")
    private Output output;

    @Option(
            names = "--standardize",
            description =
                    "Standardise --features, so that each weighs the same: by the model's statistics, or"
                            + " over these images where it has none of them.")
    private boolean standardize;

    @Option(
            names = "--untrained",
            description =
                    "The same features of the model before any training, for probe --baseline. Where"
                            + " the model's are standardised by its statistics, these are over these"
                            + " images.")
    private boolean untrained;

    @Option(
            names = "--blocks",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Blocks of the denoiser for DENOISER and JOINED_DENOISER, such as middle,up.1."
                            + " Default: chosen without labels.")
    private String[] blocks;

    @Option(
            names = "--noise-step",
            paramLabel = "T",
            description = "Noise step of the same. Default: chosen without labels.")
    private Integer noiseStep;

    @Mixin private ModelOptions model;

    @Mixin private JsonOption json;

    /**
     * What --json prints.
     *
     * @param features of each image
     * @param classes by the numbers that the file has for them; empty without
     * @param file its path
     */
    private record Answer(int images, int features, List<String> classes, String file) {}

    @Override
    public Integer call() throws IOException {
        if (!out.toString().toLowerCase(Locale.ROOT).matches("(?s).+\\.(npz|safetensors)")) {
            throw refusal("--out: expected a file that ends in .npz or .safetensors, found " + out);
        }
        OutputCheck.file("--out", out);
        boolean ofDenoiser = output == Output.DENOISER || output == Output.JOINED_DENOISER;
        if (!ofDenoiser && (blocks != null || noiseStep != null)) {
            throw refusal(
                    "--blocks and --noise-step: expected --features DENOISER or JOINED_DENOISER, found "
                            + output);
        }
        if (standardize && output == null) {
            throw refusal("--standardize: expected --features too, found none");
        }
        try (Soda soda = opened();
                PartProgress progress = new PartProgress()) {
            ImageDataset dataset =
                    ImageFolder.builder()
                            .root(images)
                            .preparation(soda.config().preparation())
                            .build();
            FeatureExtractor extractor = extractor(soda);
            boolean overThese = standardize && !extractor.hasStatistics();
            if (standardize && !overThese) {
                extractor = extractor.standardized(true);
            }
            FeatureSet features =
                    extractor.progress(progress.part("encode", dataset.size())).extract(dataset);
            if (overThese) {
                features =
                        features.standardized(
                                FeatureStatistics.of(features.sharedValues(), features.width()));
            }
            Map<String, String> provenance = new LinkedHashMap<>(features.provenance());
            if (overThese) {
                provenance.put("standardized", "over these images");
            }
            provenance.put("encoder", run + (untrained ? ", untrained" : ""));
            features.withProvenance(provenance).save(out);
            String where = out.toAbsolutePath().normalize().toString();
            json.print(
                    "%d images, %d features each, %s%s: %s"
                            .formatted(
                                    features.size(),
                                    features.width(),
                                    features.hasLabels()
                                            ? features.classCount() + " classes"
                                            : "no classes",
                                    standardization(provenance.get("standardized")),
                                    where));
            json.answer(
                    new Answer(features.size(), features.width(), features.classNames(), where));
        }
        return 0;
    }

    private static String standardization(String provenance) {
        if (provenance == null) {
            return "";
        }
        return provenance.equals("true")
                ? ", standardised by the model's statistics"
                : ", standardised " + provenance;
    }

    private Soda opened() throws IOException {
        Soda trained = model.load(run);
        if (!untrained) {
            return trained;
        }
        try (trained) {
            if (output == null && trained.featureStatistics().isPresent()) {
                output = Output.JOINED; // The trained model's default.
                standardize = true;
            }
            return ProbeComparison.untrained(trained);
        }
    }

    private FeatureExtractor extractor(Soda soda) {
        FeatureExtractor best = FeatureExtractor.of(soda);
        if (output == null) {
            return best;
        }
        if (output != Output.DENOISER && output != Output.JOINED_DENOISER) {
            return best.output(output);
        }
        DenoiserFeatures denoiser = DenoiserFeatures.of(soda);
        denoiser = blocks == null ? denoiser : denoiser.withBlocks(blocks);
        denoiser = noiseStep == null ? denoiser : denoiser.withStep(noiseStep);
        return best.output(output).denoiser(denoiser);
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Encode(), args));
    }
}
