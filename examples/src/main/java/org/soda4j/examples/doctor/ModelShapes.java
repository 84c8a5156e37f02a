package org.soda4j.examples.doctor;

import ai.djl.nn.Parameter;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.soda4j.SodaConfig;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.encoder.ResNetEncoderBuilder;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.engine.ConvNorm;
import org.soda4j.engine.KernelShape;
import org.soda4j.training.RunConfig;

/**
 * The distinct shapes of what models compute, read from their blocks, whose parameters have shapes
 * and no arrays yet.
 */
final class ModelShapes {

    private static final int[] DEPTHS = {18, 34, 50, 101};
    private static final int[] WIDTHS = {1, 2};

    /** Small ones first. */
    private static final Comparator<KernelShape> BY_SIZE =
            Comparator.comparingLong(
                            (KernelShape s) -> s.outputs() * s.inputs() * s.size() * s.size())
                    .thenComparing(KernelShape::outputs)
                    .thenComparing(KernelShape::size)
                    .thenComparing(KernelShape::stride);

    private final Set<KernelShape> folded = new TreeSet<>(BY_SIZE);
    private final Set<KernelShape> other = new TreeSet<>(BY_SIZE);
    private final Set<KernelShape> doubled = new TreeSet<>(BY_SIZE);
    private final Set<Matrix> matrices = new LinkedHashSet<>();
    private final Set<Attention> attentions = new LinkedHashSet<>();
    private final Set<Norm> norms = new LinkedHashSet<>();
    private final Set<Residual> residuals = new LinkedHashSet<>();

    /** A linear layer. */
    record Matrix(long outputs, long inputs) {}

    /** Attention over the pixels of a map. */
    record Attention(int channels, int groups, int heads, int height, int width) {}

    /** A group norm. */
    record Norm(int channels, int groups) {}

    /** The second half of a residual block, which time and latent drive. */
    record Residual(int channels, int groups, long time, long latent) {}

    private ModelShapes() {}

    /** Of all presets, and of encoders of depths 18 to 101 at widths 1 and 2 with both stems. */
    static ModelShapes ofAll() {
        ModelShapes shapes = new ModelShapes();
        for (String preset : RunConfig.presets()) {
            shapes.add(RunConfig.preset(preset).model());
        }
        for (int depth : DEPTHS) {
            for (int width : WIDTHS) {
                shapes.addEncoder(depth, width, true);
                shapes.addEncoder(depth, width, false);
            }
        }
        return shapes;
    }

    /** Of the published CIFAR-10 model and of a ResNet-50. */
    static ModelShapes ofFew() {
        ModelShapes shapes = new ModelShapes();
        shapes.add(RunConfig.preset("cifar10").model());
        shapes.addEncoder(50, 1, false);
        return shapes;
    }

    /** Convolutions with a batch norm after them. */
    Set<KernelShape> folded() {
        return folded;
    }

    /** All convolutions, of attention too, but for those of {@link #doubled}. */
    Set<KernelShape> convolutions() {
        Set<KernelShape> all = new TreeSet<>(BY_SIZE);
        all.addAll(folded);
        all.addAll(other);
        return all;
    }

    /** Convolutions of a doubled map. */
    Set<KernelShape> doubled() {
        return doubled;
    }

    Set<Matrix> matrices() {
        return matrices;
    }

    Set<Attention> attentions() {
        return attentions;
    }

    Set<Norm> norms() {
        return norms;
    }

    Set<Residual> residuals() {
        return residuals;
    }

    private void add(SodaConfig config) {
        if (config.encoder() instanceof ResNetEncoderConfig encoder) {
            addEncoder(encoder.newBlock(0));
        }
        if (config.denoiser() instanceof UNetDenoiserConfig denoiser) {
            addDenoiser(denoiser, config);
        }
    }

    private void addEncoder(int depth, int width, boolean small) {
        ResNetEncoderBuilder encoder = ResNetEncoder.builder().depth(depth).smallImages(small);
        addEncoder(encoder.widthMultiplier(width).latentSize(128).build());
    }

    private void addEncoder(ResNetEncoder block) {
        for (ConvNorm norm : block.batchNorms()) {
            folded.add(kernel(norm.kernel(), norm.stride()));
        }
        addMatrices(block.namedParameters());
    }

    private void addDenoiser(UNetDenoiserConfig net, SodaConfig config) {
        Map<String, Parameter> parameters =
                net.newBlock(config.latent(), config.modulation(), 0).namedParameters();
        parameters.forEach(
                (name, parameter) -> {
                    if (parameter.getShape().dimension() != 4) {
                        return;
                    }
                    if (name.matches("up\\.\\d+\\.(conv|op\\.conv1|op\\.shortcut)\\.weight")) {
                        doubled.add(kernel(parameter, 1));
                    } else {
                        boolean halves = name.matches("down\\.\\d+\\.conv\\.weight");
                        other.add(kernel(parameter, halves ? 2 : 1));
                    }
                    if (name.endsWith(".conv2.1.weight")) {
                        addResidual(net, parameters, name.replace("conv2.1.weight", ""));
                    }
                });
        for (int level = 0; level < net.multipliers().size(); level++) {
            if (net.attention().contains(level) || level == net.multipliers().size() - 1) {
                addAttention(net, level);
            }
        }
        norms.add(new Norm(net.channels(), 8)); // The last, published with 8 groups.
        addMatrices(parameters);
    }

    private void addResidual(UNetDenoiserConfig net, Map<String, Parameter> all, String block) {
        int channels = Math.toIntExact(all.get(block + "norm2.weight").getShape().get(0));
        long time = all.get(block + "time_emb.1.weight").getShape().get(1);
        long latent = all.get(block + "z_emb.1.weight").getShape().get(1);
        residuals.add(new Residual(channels, net.groups(), time, latent));
        int before = Math.toIntExact(all.get(block + "norm1.weight").getShape().get(0));
        norms.add(new Norm(before, net.groups()));
    }

    private void addAttention(UNetDenoiserConfig net, int level) {
        int channels = net.channels() * net.multipliers().get(level);
        int heads = net.channelsPerHead() == 0 ? 1 : channels / net.channelsPerHead();
        List<Integer> image = net.imageShape();
        attentions.add(
                new Attention(
                        channels,
                        net.groups(),
                        heads,
                        image.get(1) >> level,
                        image.get(2) >> level));
        other.add(new KernelShape(3L * channels, channels, 1, 1));
        other.add(new KernelShape(channels, channels, 1, 1));
    }

    /** But for attention's, which are computed as convolutions. */
    private void addMatrices(Map<String, Parameter> parameters) {
        parameters.forEach(
                (name, parameter) -> {
                    if (parameter.getShape().dimension() == 2 && !name.contains("attn.")) {
                        matrices.add(
                                new Matrix(
                                        parameter.getShape().get(0), parameter.getShape().get(1)));
                    }
                });
    }

    private static KernelShape kernel(Parameter parameter, int stride) {
        long[] shape = parameter.getShape().getShape();
        return new KernelShape(shape[0], shape[1], shape[2], stride);
    }
}
