package org.soda4j.examples.doctor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;
import org.soda4j.engine.Affine;
import org.soda4j.engine.EncoderOperators;
import org.soda4j.engine.Extent;
import org.soda4j.engine.KernelShape;
import org.soda4j.engine.MatrixOperators;
import org.soda4j.engine.Modulation;
import org.soda4j.engine.Norm;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.OperatorMode;
import org.soda4j.engine.Operators;
import org.soda4j.engine.Resample;
import org.soda4j.examples.doctor.OperatorCase.Input;

/** The operators of the models, for given sizes. */
final class OperatorCatalog {

    private OperatorCatalog() {}

    private static Input map(long channels) {
        Extent extent = FastKernelCase.SMALL;
        return Input.of(extent.batch(), channels, extent.height(), extent.width());
    }

    static OperatorCase convolution(KernelShape shape, Extent extent) {
        Input map = Input.of(extent.batch(), shape.inputs(), extent.height(), extent.width());
        return convolution(shape, FastKernelCase.text(shape, extent), map, false);
    }

    /** On a map whose channels lie next to each other, as packed kernels leave it. */
    static OperatorCase channelsLast(KernelShape shape, Extent extent) {
        Input map = Input.of(extent.batch(), extent.height(), extent.width(), shape.inputs());
        String text = FastKernelCase.text(shape, extent) + ", channels last";
        return convolution(shape, text, map, true);
    }

    private static OperatorCase convolution(
            KernelShape shape, String text, Input map, boolean channelsLast) {
        return OperatorCase.of(
                "convolution",
                text,
                (a, mode) -> {
                    NDArray x = channelsLast ? a[0].transpose(0, 3, 1, 2) : a[0];
                    return Operators.conv(x, new Affine(a[1], a[2]), shape.stride(), mode);
                },
                map,
                Input.weight(shape.outputs(), shape.inputs(), shape.size(), shape.size()),
                Input.of(shape.outputs()));
    }

    static OperatorCase linear(ModelShapes.Matrix matrix) {
        return OperatorCase.of(
                "linear",
                "%d to %d".formatted(matrix.inputs(), matrix.outputs()),
                (a, mode) -> Operators.linear(a[0], new Affine(a[1], a[2]), mode),
                Input.of(5, matrix.inputs()),
                Input.weight(matrix.outputs(), matrix.inputs()),
                Input.of(matrix.outputs()));
    }

    static OperatorCase attention(ModelShapes.Attention attention) {
        long c = attention.channels();
        return OperatorCase.of(
                "attention",
                "%d channels, %d heads, %d x %d"
                        .formatted(c, attention.heads(), attention.height(), attention.width()),
                (a, mode) ->
                        Operators.attentionBlock(
                                a[0],
                                new Norm.Group(a[1], a[2], attention.groups()),
                                new Affine(a[3], a[4]),
                                new Affine(a[5], a[6]),
                                attention.heads(),
                                mode),
                Input.of(2, c, attention.height(), attention.width()),
                Input.of(c),
                Input.of(c),
                Input.weight(3 * c, c),
                Input.of(3 * c),
                Input.weight(c, c),
                Input.of(c));
    }

    static OperatorCase groupNorm(ModelShapes.Norm norm) {
        return OperatorCase.of(
                "group norm",
                "%d channels, %d groups".formatted(norm.channels(), norm.groups()),
                (a, mode) ->
                        Operators.groupNorm(
                                low(a[0], mode), new Norm.Group(a[1], a[2], norm.groups()), mode),
                map(norm.channels()),
                Input.of(norm.channels()),
                Input.of(norm.channels()));
    }

    /** A map in the mode's format; one in float64 stays as it is. */
    private static NDArray low(NDArray map, OperatorMode mode) {
        return mode.format() == NumberFormat.FLOAT32 ? map : Operators.cast(map, mode);
    }

    /** Batch norm that uses the batch, after a convolution, with ReLU left out: it has a kink. */
    static OperatorCase batchNorm(long channels) {
        return convNorm("batch norm", "%d channels".formatted(channels), channels, 0);
    }

    private static OperatorCase convNorm(String family, String shape, long channels, int groups) {
        return OperatorCase.of(
                family,
                shape,
                (a, mode) -> {
                    Norm norm =
                            groups > 0
                                    ? new Norm.Group(a[2], a[3], groups)
                                    : new Norm.Batch(
                                            a[2],
                                            a[3],
                                            // They take no gradient and are written to.
                                            a[4].stopGradient().duplicate(),
                                            a[5].stopGradient().duplicate());
                    return EncoderOperators.convNorm(a[0], a[1], norm, 1, false, mode);
                },
                map(16),
                Input.weight(channels, 16, 1, 1),
                Input.of(channels),
                Input.of(channels),
                Input.of(channels),
                new Input(0.5, 1.5, channels));
    }

    static OperatorCase residual(ModelShapes.Residual residual) {
        return modulated(residual, 2, true);
    }

    /** The second half of a residual block, without dropout, under one latent an image or more. */
    private static OperatorCase modulated(
            ModelShapes.Residual residual, long latents, boolean gradients) {
        long c = residual.channels();
        Input[] inputs = {
            map(c),
            map(c),
            Input.of(latents, residual.time()),
            Input.of(latents, residual.latent()),
            Input.weight(2 * c, residual.time()),
            Input.of(2 * c),
            Input.weight(2 * c, residual.latent()),
            Input.of(2 * c),
            Input.of(c),
            Input.of(c),
            Input.weight(c, c, 3, 3),
            Input.of(c)
        };
        return new OperatorCase(
                "residual block",
                "%d channels, latent %d%s"
                        .formatted(c, residual.latent(), latents > 2 ? ", guided" : ""),
                gradients,
                List.of(inputs),
                (a, mode) ->
                        new NDList(
                                Operators.modulatedConv(
                                        a[0],
                                        a[1],
                                        new Modulation(a[2], new Affine(a[4], a[5])),
                                        new Modulation(a[3], new Affine(a[6], a[7])),
                                        new Norm.Group(a[8], a[9], residual.groups()),
                                        new Affine(a[10], a[11]),
                                        0,
                                        mode)));
    }

    /** One or more cases of every operator, at sizes that take no time. */
    static List<OperatorCase> everyOperator() {
        ModelShapes.Residual residual = new ModelShapes.Residual(32, 8, 24, 12);
        return List.of(
                convolution(new KernelShape(32, 16, 3, 1), FastKernelCase.SMALL),
                convolution(new KernelShape(32, 16, 3, 2), FastKernelCase.SMALL),
                convolution(new KernelShape(48, 3, 7, 2), FastKernelCase.SMALL),
                convolution(new KernelShape(64, 32, 1, 1), FastKernelCase.SMALL),
                convolution(new KernelShape(1024, 512, 1, 2), FastKernelCase.SMALL),
                channelsLast(new KernelShape(32, 16, 3, 1), FastKernelCase.SMALL),
                linear(new ModelShapes.Matrix(48, 40)),
                groupNorm(new ModelShapes.Norm(32, 8)),
                batchNorm(32),
                convNorm("group norm", "after a convolution", 32, 8),
                shortcut(),
                attention(new ModelShapes.Attention(32, 8, 2, 6, 6)),
                attention(new ModelShapes.Attention(32, 8, 1, 33, 32)),
                crossAttention(),
                residual(residual),
                modulated(residual, 4, false),
                normSiluConv(Resample.NONE),
                normSiluConv(Resample.DOWN),
                normSiluConv(Resample.UP),
                resizeConv(Resample.DOWN),
                resizeConv(Resample.UP),
                resize(Resample.DOWN),
                resize(Resample.UP),
                map("silu", (a, m) -> Operators.silu(low(a[0], m), m)),
                map("max pool", (a, m) -> EncoderOperators.maxPool(low(a[0], m), m)),
                map("global pool", (a, m) -> EncoderOperators.globalPool(low(a[0], m), m)),
                modulatedNorm(),
                product(),
                copy());
    }

    private static OperatorCase map(String family, OperatorCase.SingleOperation operation) {
        return OperatorCase.of(family, "8 channels, 7 x 6", operation, map(8));
    }

    private static OperatorCase resize(Resample resample) {
        return OperatorCase.of(
                "resize",
                resample.name().toLowerCase(java.util.Locale.ROOT),
                (a, mode) -> Operators.resize(low(a[0], mode), resample, mode),
                Input.of(2, 8, 6, 4));
    }

    private static OperatorCase resizeConv(Resample resample) {
        return OperatorCase.of(
                "resize, conv",
                resample.name().toLowerCase(java.util.Locale.ROOT),
                (a, mode) -> Operators.resizeConv(a[0], new Affine(a[1], a[2]), resample, mode),
                Input.of(2, 16, 6, 4),
                Input.weight(32, 16, 3, 3),
                Input.of(32));
    }

    private static OperatorCase normSiluConv(Resample resample) {
        return OperatorCase.of(
                "norm, SiLU, conv",
                resample.name().toLowerCase(java.util.Locale.ROOT),
                (a, mode) ->
                        Operators.normSiluConv(
                                a[0],
                                new Norm.Group(a[1], a[2], 8),
                                new Affine(a[3], a[4]),
                                resample,
                                mode),
                Input.of(2, 32, 6, 4),
                Input.of(32),
                Input.of(32),
                Input.weight(64, 32, 3, 3),
                Input.of(64));
    }

    private static OperatorCase modulatedNorm() {
        return OperatorCase.of(
                "modulated norm",
                "32 channels, 8 groups",
                (a, mode) ->
                        Operators.modulatedNormSilu(
                                low(a[0], mode), a[1], a[2], new Norm.Group(a[3], a[4], 8), mode),
                map(32),
                Input.of(2, 64),
                Input.of(2, 64),
                Input.of(32),
                Input.of(32));
    }

    private static OperatorCase crossAttention() {
        return OperatorCase.of(
                "cross-attention",
                "32 channels, 5 tokens of 24",
                (a, mode) ->
                        Operators.crossAttentionBlock(
                                a[0],
                                a[1],
                                new Norm.Group(a[2], a[3], 8),
                                new Affine(a[4], a[5]),
                                new Affine(a[6], a[7]),
                                new Affine(a[8], a[9]),
                                2,
                                mode),
                map(32),
                Input.of(2, 5, 24),
                Input.of(32),
                Input.of(32),
                Input.weight(32, 32),
                Input.of(32),
                Input.weight(64, 24),
                Input.of(64),
                Input.weight(32, 32),
                Input.of(32));
    }

    /** The end of a ResNet block, in inference. */
    private static OperatorCase shortcut() {
        return OperatorCase.withoutGradients(
                "batch norm",
                "32 channels, sum and ReLU",
                (a, mode) ->
                        new NDList(
                                EncoderOperators.convNormAddRelu(
                                        a[0],
                                        a[1],
                                        a[2],
                                        new Norm.Batch(a[3], a[4], a[5], a[6]),
                                        mode)),
                map(16),
                map(32),
                Input.weight(32, 16, 3, 3),
                Input.of(32),
                Input.of(32),
                Input.of(32),
                new Input(0.5, 1.5, 32));
    }

    private static OperatorCase product() {
        return OperatorCase.withoutGradients(
                "product",
                "40 x 48 x 56",
                (a, mode) -> new NDList(MatrixOperators.product(a[0], a[1], mode.format())),
                Input.of(40, 48),
                Input.weight(48, 56));
    }

    private static OperatorCase copy() {
        return OperatorCase.withoutGradients(
                "copy",
                "in place",
                (a, mode) -> {
                    Operators.copy(a[0], a[1]);
                    return new NDList(a[0]);
                },
                map(8),
                map(8));
    }
}
