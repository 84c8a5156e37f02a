package org.soda4j.eval.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.eval.feature.ModelFingerprint;
import org.soda4j.io.AtomicFile;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.CameraFrame;

/**
 * Writes a model as ONNX, for runtimes in any language that need neither Java nor PyTorch. One file
 * holds graph, weights and, as metadata, where they came from.
 *
 * <pre>{@code
 * OnnxExport.encoder(soda).write(folder.resolve("encoder.onnx"));
 * OnnxExport.denoiser(soda).write(folder.resolve("denoiser.onnx"));
 * }</pre>
 *
 * <p>The encoder takes {@code images}, float32 {@code [N, C, H, W] in [0, 1]} at the model's
 * resolution, any N, and normalises them itself. It gives {@code latent} {@code [N, d]}, {@code
 * normalized_latent} {@code [N, d]} of length 1, {@code features} {@code [N, 512 x width]} (pooled,
 * before the last layer) and, where the model was saved with statistics of its features, {@code
 * standardized} {@code [N, d + 960 x width]}: latent and means of all stages, standardised, which
 * is what the program {@code encode} writes and search gains most from.
 *
 * <p>The denoiser takes {@code x_t} {@code [N, C, H, W]} (clean images being in [-1, 1]), {@code t}
 * {@code [N]} (1 .. T), {@code z} {@code [N, d]} and {@code keep} {@code [N, sections]} (1 where a
 * section of z is kept, 0 where it is dropped), all float32, and gives {@code prediction} {@code
 * [N, C, H, W]}.
 *
 * <p>In a model with cameras N of the encoder is a number of views, and it takes {@code rays}
 * float32 {@code [N, 6, H, W]}, too, as {@link Camera#rays(int, int)} gives them for the camera of
 * each view. {@code z} of the denoiser is {@code [N, S, d]}, the latents of S source views of each
 * object, any S, which it makes one of itself; it also takes {@code rays} {@code [N, 6, H, W]} of
 * the target cameras and {@code keep_camera} {@code [N]} (1 where the camera is seen, 0 where it is
 * hidden). All cameras stand in the model's {@link CameraFrame}: place them first.
 *
 * <p>Metadata: {@code soda4j.part} (encoder or denoiser), {@code soda4j.config} (JSON), {@code
 * soda4j.fingerprint} (SHA-256 of configuration and weights), {@code soda4j.sections} (their sizes,
 * by commas); of a denoiser also {@code soda4j.prediction} and {@code soda4j.alpha_bars} (alphaBar
 * of t = 0 .. T), all that a sampler needs; of a model with cameras {@code soda4j.frame} (ABSOLUTE
 * or RELATIVE).
 *
 * <p>Opset 17; 18 with {@link #uint8}. Immutable; every call of {@link #write} reads the model as
 * it is then.
 */
public final class OnnxExport {

    private static final int OPSET = 17;

    /** The first whose Resize can smooth. */
    private static final int RESIZING_OPSET = 18;

    /** Of the file format: that which came with these opsets, so that older runtimes read it. */
    private static final int IR_VERSION = 8;

    private final Soda soda;
    private final boolean encoder;
    private final boolean half;
    private final boolean uint8;
    private final Map<String, String> metadata;

    private OnnxExport(
            Soda soda, boolean encoder, boolean half, boolean uint8, Map<String, String> metadata) {
        this.soda = soda;
        this.encoder = encoder;
        this.half = half;
        this.uint8 = uint8;
        this.metadata = metadata;
    }

    /**
     * Exports images to latents.
     *
     * @param soda the model, with a {@code ResNetEncoder}; stays open
     * @return the export, in float32
     * @throws IllegalArgumentException if the model has another encoder
     */
    public static OnnxExport encoder(Soda soda) {
        if (!(soda.config().encoder() instanceof ResNetEncoderConfig)) {
            throw new IllegalArgumentException(
                    "encoder: expected a ResNetEncoder, whose operators are known, found the "
                            + soda.config().encoder());
        }
        return new OnnxExport(soda, true, false, false, Map.of());
    }

    /**
     * Exports one evaluation of the denoiser.
     *
     * @param soda the model, with a {@code UNetDenoiser}; stays open
     * @return the export, in float32
     * @throws IllegalArgumentException if the model has another denoiser
     */
    public static OnnxExport denoiser(Soda soda) {
        if (!(soda.config().denoiser() instanceof UNetDenoiserConfig)) {
            throw new IllegalArgumentException(
                    "denoiser: expected a UNetDenoiser, whose operators are known, found the "
                            + soda.config().denoiser());
        }
        return new OnnxExport(soda, false, false, false, Map.of());
    }

    /**
     * Stores kernels and feature maps as float16: half the size, for GPUs and browsers; runtimes
     * without such operators compute in float32 on numbers that are rounded. Inputs, outputs, time,
     * latent and statistics of features stay float32.
     *
     * @param half default false
     * @return a changed export
     */
    public OnnxExport half(boolean half) {
        return new OnnxExport(soda, encoder, half, uint8, metadata);
    }

    /**
     * Takes bytes instead of {@code images}: {@code pixels}, uint8 {@code [N, H, W, 3]}, red, green
     * and blue of any one size, upright and without alpha. The graph makes them grey where the
     * model is, fits and resizes them as the model's {@code ImagePreparation} says. In ONNX Runtime
     * at most one sample of a thousand differs from that, by one level of 255.
     *
     * @param uint8 default false
     * @return a changed export
     * @throws IllegalStateException if this is a denoiser's
     */
    public OnnxExport uint8(boolean uint8) {
        if (!encoder) {
            throw new IllegalStateException("uint8: expected the export of an encoder");
        }
        if (soda.config().denoiser().imageShape().get(0) == 2
                || soda.config().denoiser().imageShape().get(0) > 3) {
            throw new IllegalStateException(
                    "uint8: expected a model of 1 or 3 channels, found %d"
                            .formatted(soda.config().denoiser().imageShape().get(0)));
        }
        return new OnnxExport(soda, encoder, half, uint8, metadata);
    }

    /**
     * Adds an entry to the metadata, such as a licence.
     *
     * @param key does not begin with {@code soda4j.}
     * @param value any text
     * @return a changed export
     * @throws IllegalArgumentException if the key is one of this library's
     */
    public OnnxExport metadata(String key, String value) {
        Objects.requireNonNull(value, "value");
        if (key.startsWith("soda4j.")) {
            throw new IllegalArgumentException(
                    "metadata: expected a key that does not begin with soda4j., found " + key);
        }
        Map<String, String> more = new TreeMap<>(metadata);
        more.put(key, value);
        return new OnnxExport(soda, encoder, half, uint8, Map.copyOf(more));
    }

    /**
     * Makes the file in memory. The same model gives the same bytes.
     *
     * @return the content of an {@code .onnx} file
     * @throws IllegalArgumentException if weights are too large for float16
     * @throws IllegalStateException if the model is closed
     */
    public byte[] toBytes() {
        return soda.whileOpen(this::model).toByteArray();
    }

    /**
     * Writes the file, whole or not at all.
     *
     * @param file to make or replace; its folder must exist
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException if weights are too large for float16
     * @throws IllegalStateException if the model is closed
     */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, toBytes());
    }

    private ModelProto model() {
        SodaConfig config = soda.config();
        GraphProto graph =
                encoder
                        ? new EncoderGraph(soda, (ResNetEncoderConfig) config.encoder(), half)
                                .build(uint8)
                        : new DenoiserGraph(soda, (UNetDenoiserConfig) config.denoiser(), half)
                                .build();
        Map<String, String> all = new TreeMap<>(metadata);
        all.put("soda4j.part", encoder ? "encoder" : "denoiser");
        all.put("soda4j.config", config.toJson());
        all.put("soda4j.fingerprint", ModelFingerprint.of(soda));
        all.put(
                "soda4j.sections",
                config.latent().sizes().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",")));
        if (config.views() != null) {
            all.put("soda4j.frame", config.views().frame().name());
        }
        if (!encoder) {
            all.put("soda4j.prediction", config.prediction().name());
            all.put(
                    "soda4j.alpha_bars",
                    Arrays.stream(config.schedule().alphaBars())
                            .mapToObj(String::valueOf)
                            .collect(Collectors.joining(",")));
        }
        ModelProto.Builder model =
                ModelProto.newBuilder()
                        .setIrVersion(IR_VERSION)
                        .setProducerName("soda4j")
                        .addOpsetImport(
                                OperatorSetIdProto.newBuilder()
                                        .setDomain("")
                                        .setVersion(uint8 ? RESIZING_OPSET : OPSET))
                        .setGraph(graph);
        all.forEach(
                (key, value) ->
                        model.addMetadataProps(
                                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return model.build();
    }
}
