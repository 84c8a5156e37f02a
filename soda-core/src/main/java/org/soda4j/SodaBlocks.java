package org.soda4j;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.soda4j.denoiser.Denoiser;
import org.soda4j.denoiser.DenoiserConfig;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.encoder.Encoder;
import org.soda4j.encoder.EncoderConfig;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.engine.NamedBlock;
import org.soda4j.engine.Operators;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;
import org.soda4j.model.ModelShapes;
import org.soda4j.novelview.ViewBlocks;

/**
 * The blocks that a builder was given, each null for none. Those of this library say what the model
 * is made of, and may bring values; others become part of it.
 *
 * @param valuesAreRead whether all values of this library's blocks are read from a file next, so
 *     that none need be drawn
 */
record SodaBlocks(Encoder encoder, Denoiser denoiser, boolean valuesAreRead) {

    static final SodaBlocks NONE = new SodaBlocks(null, null, false);

    SodaBlocks withEncoder(Encoder other) {
        return new SodaBlocks(other, denoiser, valuesAreRead);
    }

    SodaBlocks withDenoiser(Denoiser other) {
        return new SodaBlocks(encoder, other, valuesAreRead);
    }

    SodaBlocks toBeRead() {
        return new SodaBlocks(encoder, denoiser, true);
    }

    EncoderConfig encoderConfig(EncoderConfig otherwise) {
        if (encoder == null) {
            return otherwise;
        }
        EncoderConfig config = EncoderConfig.of(encoder);
        return encoder.isInitialized() ? config.withLatentSize(encoder.latentSize()) : config;
    }

    DenoiserConfig denoiserConfig(DenoiserConfig otherwise) {
        return denoiser == null ? otherwise : DenoiserConfig.of(denoiser);
    }

    LatentLayout latent(LatentLayout given) {
        LatentLayout chosen =
                denoiser instanceof UNetDenoiser unet ? unet.chosenLatent().orElse(null) : null;
        return oneOf("latent", given, chosen);
    }

    LayerModulation modulation(LayerModulation given) {
        LayerModulation chosen =
                denoiser instanceof UNetDenoiser unet ? unet.chosenModulation().orElse(null) : null;
        return oneOf("modulation", given, chosen);
    }

    private static <T> T oneOf(String what, T given, T ofDenoiser) {
        if (given != null && ofDenoiser != null && !given.equals(ofDenoiser)) {
            throw new IllegalArgumentException(
                    "%s: expected the denoiser's %s, found %s; set only one of them"
                            .formatted(what, ofDenoiser, given));
        }
        return given == null ? ofDenoiser : given;
    }

    /** The encoder of a model: one of its own, or the user's. */
    Encoder encoderOf(SodaConfig config, long seed) {
        return config.encoder() instanceof ResNetEncoderConfig ours
                ? own(ours.newBlock(seed, config.conditions().channels()))
                : require("encoder", config.encoder(), encoder);
    }

    /** The denoiser of a model: one of its own, or the user's. */
    Denoiser denoiserOf(SodaConfig config, long seed) {
        return config.denoiser() instanceof UNetDenoiserConfig ours
                ? own(
                        ours.newBlock(
                                config.latent(), config.modulation(), config.conditions(), seed))
                : require("denoiser", config.denoiser(), denoiser);
    }

    private <B extends NamedBlock> B own(B block) {
        if (valuesAreRead) {
            block.leaveValuesUnset();
        }
        return block;
    }

    /** The parameters of a model of these blocks, which has no memory yet. */
    ModelShapes shapesOf(SodaConfig config) {
        Map<String, Parameter> views = new LinkedHashMap<>();
        if (config.views() != null) {
            new ViewBlocks(config.views(), config.latent().size(), 0).addTo(views);
        }
        return new ModelShapes(
                config.encoder(),
                config.denoiser(),
                config.latent().size(),
                encoderOf(config, 0).namedParameters(),
                denoiserOf(config, 0).namedParameters(),
                views);
    }

    private static <B> B require(String part, Object described, B block) {
        if (block == null) {
            throw new IllegalArgumentException(
                    "%s: expected the block of the %s, found none; give it to Soda.builder().%s(...)"
                            .formatted(part, described, part));
        }
        return block;
    }

    /** Copies the values of this library's blocks, where they have some. */
    void copyTo(Map<String, NDArray> parameters) {
        if (encoder instanceof ResNetEncoder ours && ours.isInitialized()) {
            copy("encoder.", ours.namedParameters(), parameters);
        }
        if (denoiser instanceof UNetDenoiser ours && ours.isInitialized()) {
            copy("decoder.", ours.namedParameters(), parameters);
        }
    }

    private static void copy(
            String prefix, Map<String, Parameter> values, Map<String, NDArray> parameters) {
        values.forEach(
                (name, value) -> Operators.copy(parameters.get(prefix + name), value.getArray()));
    }

    /** Refuses to be others than the blocks of a saved model, as far as they are given. */
    void requireSaved(Path folder, SodaConfig saved) throws IOException {
        EncoderConfig ofEncoder = encoderConfig(null);
        if (ofEncoder != null && ofEncoder.latentSize() == 0) {
            ofEncoder = ofEncoder.withLatentSize(saved.latent().size());
        }
        require(folder, "encoder", saved.encoder(), ofEncoder);
        require(folder, "denoiser", saved.denoiser(), denoiserConfig(null));
    }

    private static boolean isOurs(Object config) {
        return config instanceof ResNetEncoderConfig || config instanceof UNetDenoiserConfig;
    }

    private static void require(Path folder, String part, Object saved, Object given)
            throws IOException {
        if (given == null ? !isOurs(saved) : !given.equals(saved)) {
            throw new IOException(
                    "%s: expected the %s that the model was saved with, %s, found %s; load it with Soda.load(folder, Soda.builder().%s(...)) and a block of that description"
                            .formatted(folder, part, saved, given == null ? "none" : given, part));
        }
    }
}
