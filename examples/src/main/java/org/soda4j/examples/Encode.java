package org.soda4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.eval.feature.FeatureExtractor;
import org.soda4j.eval.feature.FeatureExtractor.Output;
import org.soda4j.eval.feature.FeatureSet;
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
public final class Encode extends Program {

    @Parameters(paramLabel = "RUN", description = "Folder of a run, or of a saved model.")
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
            names = "--output",
            paramLabel = "NAME",
            description =
                    "One of ${COMPLETION-CANDIDATES}, as it is. Default: JOINED (latent and means of all"
                            + " stages) standardised by the model's statistics, which is what search and"
                            + " probes gain most from; LATENT where the model has none.")
    private Output output;

    @Mixin private ModelOptions model;

    @Override
    public Integer call() throws IOException {
        if (!out.toString().toLowerCase(Locale.ROOT).matches("(?s).+\\.(npz|safetensors)")) {
            throw refusal("--out: expected a file that ends in .npz or .safetensors, found " + out);
        }
        OutputCheck.file("--out", out);
        try (Soda soda = model.load(run);
                PartProgress progress = new PartProgress()) {
            ImageDataset dataset =
                    ImageFolder.builder()
                            .root(images)
                            .preparation(soda.config().preparation())
                            .build();
            boolean best = output == null && soda.featureStatistics().isPresent();
            FeatureSet features =
                    FeatureExtractor.of(soda)
                            .output(best ? Output.JOINED : output == null ? Output.LATENT : output)
                            .standardized(best)
                            .progress(progress.part("encode", dataset.size()))
                            .extract(dataset);
            Map<String, String> provenance = new LinkedHashMap<>(features.provenance());
            provenance.put("encoder", run.toString());
            features.withProvenance(provenance).save(out);
            writer().printf(
                            "%d images, %d features each, %s: %s%n",
                            features.size(),
                            features.width(),
                            features.hasLabels()
                                    ? features.classCount() + " classes"
                                    : "no classes",
                            out.toAbsolutePath().normalize());
            writer().flush();
        }
        return 0;
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
