package org.soda4j.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.soda4j.denoiser.DenoiserConfig;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.encoder.EncoderConfig;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.engine.Internal;
import org.soda4j.engine.ParameterMemory;
import org.soda4j.io.PyTorchWeights;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;
import org.soda4j.io.WeightReport;

/** The parameters that a model is going to have, before there is memory for any of them. */
@Internal
public final class ModelShapes {

    private final EncoderConfig encoderConfig;
    private final DenoiserConfig denoiserConfig;
    private final int latentSize;
    private final Map<String, Parameter> encoder = new LinkedHashMap<>();
    private final Map<String, Parameter> denoiser = new LinkedHashMap<>();
    private final Map<String, Parameter> views;

    /**
     * Of blocks that need not be initialised.
     *
     * @param encoderConfig describes the encoder
     * @param denoiserConfig describes the denoiser
     * @param latentSize of z
     * @param ofEncoder its parameters by their names in it
     * @param ofDenoiser its parameters by their names in it
     * @param ofViews those that cameras need, by their full names; empty without
     */
    public ModelShapes(
            EncoderConfig encoderConfig,
            DenoiserConfig denoiserConfig,
            int latentSize,
            Map<String, Parameter> ofEncoder,
            Map<String, Parameter> ofDenoiser,
            Map<String, Parameter> ofViews) {
        this.encoderConfig = encoderConfig;
        this.denoiserConfig = denoiserConfig;
        this.latentSize = latentSize;
        ofEncoder.forEach((name, p) -> encoder.put(SodaModel.ENCODER + name, p));
        ofDenoiser.forEach((name, p) -> denoiser.put(SodaModel.DENOISER + name, p));
        views = ofViews;
    }

    /** Refuses more than a machine has. */
    public void requireMemory(long memory) {
        long ofEncoder = ParameterMemory.count(encoder);
        long ofDenoiser = ParameterMemory.count(denoiser);
        long ofViews = ParameterMemory.count(views);
        long sum = ofEncoder + ofDenoiser + ofViews; // Negative where it overflows.
        boolean fits = Math.max(ofEncoder, ofDenoiser) <= Long.MAX_VALUE / 4 && sum >= 0;
        String driver =
                ofViews > Math.max(ofEncoder, ofDenoiser)
                        ? "views.rays.width"
                        : ofEncoder > ofDenoiser ? encoderDriver(ofEncoder) : denoiserDriver();
        ParameterMemory.require(
                "model", fits ? sum : Long.MAX_VALUE, memory, "most are due to " + driver);
    }

    private String encoderDriver(long count) {
        if (!(encoderConfig instanceof ResNetEncoderConfig net)) {
            return "the " + encoderConfig;
        }
        long last = (long) net.featureSize() * net.latentSize();
        return last > count / 2
                ? "latent size = " + net.latentSize()
                : "encoder.widthMultiplier = %s at depth %d"
                        .formatted(net.widthMultiplier(), net.depth());
    }

    /** The field that is furthest above what is published, in what it does to the count. */
    private String denoiserDriver() {
        if (!(denoiserConfig instanceof UNetDenoiserConfig net)) {
            return "the " + denoiserConfig;
        }
        double channels = Math.pow(net.channels() / 128.0, 2);
        double multipliers =
                Math.pow(Collections.max(net.multipliers()) / 2.0, 2)
                        * net.multipliers().size()
                        / 4.0;
        double blocks = net.blocks() / 2.0;
        double latent = latentSize / (9.0 * net.channels());
        double most = Math.max(Math.max(channels, multipliers), Math.max(blocks, latent));
        if (most == latent) {
            return "latent size = " + latentSize;
        }
        return most == channels
                ? "denoiser.channels = " + net.channels()
                : most == multipliers
                        ? "denoiser.multipliers = " + net.multipliers()
                        : "denoiser.blocks = " + net.blocks();
    }

    /**
     * Compares a file of weights, of which only the header is read. A block of the user's that is
     * not initialised may not know its shapes; these are compared later.
     */
    public void requireFit(Path weights, boolean pooling) throws IOException {
        Map<String, Shape> known = new LinkedHashMap<>();
        boolean all = true;
        for (Map<String, Parameter> part : List.of(encoder, denoiser, views)) {
            for (Map.Entry<String, Parameter> entry : part.entrySet()) {
                Shape shape = entry.getValue().getShape();
                if (shape == null) {
                    all = false;
                } else {
                    known.put(entry.getKey(), shape);
                }
            }
        }
        try (SafetensorsFile file = Safetensors.open(weights)) {
            WeightReport report = new PyTorchWeights(file, pooling, known.keySet()).compare(known);
            if (all
                    ? !report.complete()
                    : !report.missing().isEmpty() || !report.misshaped().isEmpty()) {
                throw misfit(weights, report);
            }
        }
    }

    /** What is said of a file that has other parameters than the model. */
    public static IOException misfit(Path weights, WeightReport report) {
        return new IOException(
                weights
                        + ": expected exactly the parameters of the model, found "
                        + report
                        + "; importMatchingWeights takes what fits");
    }
}
