package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.denoiser.AttentionBlock;
import org.soda4j.denoiser.CrossAttentionBlock;
import org.soda4j.denoiser.ModulatedResidualBlock;
import org.soda4j.denoiser.TimeEmbedding;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.denoiser.UNetDenoiserBuilder;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.encoder.ResNetEncoderBuilder;
import org.soda4j.io.Safetensors;
import org.soda4j.io.WeightReport;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LatentMasking;
import org.soda4j.latent.LatentMaskingBlock;
import org.soda4j.latent.LayerModulation;

/** The parts of a model as DJL blocks, outside of any {@link Soda}. */
class BlocksTest {

    private static final Shape IMAGES = new Shape(4, 3, 16, 16);

    @TempDir Path folder;

    private NDManager manager;
    private ParameterStore store;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        store = new ParameterStore(manager, false);
        Engine.getEngine("PyTorch").setRandomSeed(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static ResNetEncoderBuilder encoder() {
        return ResNetEncoder.builder().widthMultiplier(0.125).smallImages(true).latentSize(12);
    }

    private static UNetDenoiserBuilder denoiser() {
        return UNetDenoiser.builder()
                .imageShape(3, 16, 16)
                .channels(32)
                .multipliers(1, 1)
                .blocks(1)
                .attention()
                .dropout(0)
                .latent(LatentLayout.of(12))
                .modulation(LayerModulation.paired());
    }

    /** The pixels' first row is bright in one of two classes. */
    @Test
    void theEncoderLearnsUnderDjlsTrainer() throws Exception {
        Random random = new Random(4);
        int count = 32;
        float[] pixels = new float[count * 3 * 256];
        float[] labels = new float[count];
        for (int i = 0; i < pixels.length; i++) {
            int image = i / (3 * 256);
            labels[image] = image % 2;
            pixels[i] = random.nextFloat() + (i % 256 < 64 ? image % 2 : 0);
        }
        ArrayDataset data =
                new ArrayDataset.Builder()
                        .setData(manager.create(pixels, new Shape(count, 3, 16, 16)))
                        .optLabels(manager.create(labels))
                        .setSampling(8, false)
                        .build();

        ResNetEncoder encoder = encoder().build();
        Block classifier =
                new SequentialBlock().add(encoder).add(Linear.builder().setUnits(2).build());
        try (Model model = Model.newInstance("classifier", Device.cpu(), "PyTorch")) {
            model.setBlock(classifier);
            DefaultTrainingConfig config =
                    new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                            .addEvaluator(new Accuracy())
                            .addTrainingListeners(new EvaluatorTrainingListener())
                            .optDevices(new Device[] {Device.cpu()})
                            .optOptimizer(
                                    Optimizer.adam()
                                            .optLearningRateTracker(Tracker.fixed(3e-3f))
                                            .build());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(8, 3, 16, 16));
                float before =
                        encoder.namedParameters().get("conv1.weight").getArray().sum().getFloat();
                EasyTrain.fit(trainer, 5, data, null);
                float after =
                        encoder.namedParameters().get("conv1.weight").getArray().sum().getFloat();
                assertThat(after).isNotEqualTo(before);
                assertThat(trainer.getTrainingResult().getTrainEvaluation("Accuracy"))
                        .isGreaterThan(0.95f);
            }
        }
    }

    /** The same seed, the same values: those of a model, too. */
    @Test
    void blocksHaveTheValuesOfAModelOfTheirSeed() {
        ResNetEncoder encoder = encoder().seed(7).build();
        UNetDenoiser denoiser = denoiser().seed(7).build();
        try (Soda soda =
                Soda.builder()
                        .device(Device.cpu())
                        .encoder(encoder().build())
                        .denoiser(denoiser().build())
                        .seed(7)
                        .build()) {
            Map<String, NDArray> ofModel = soda.parameters();
            assertThat(soda.config().modulation()).isEqualTo(LayerModulation.paired());
            initialize(encoder, denoiser);
            Map<String, NDArray> ofBlocks = new LinkedHashMap<>();
            put("encoder.", encoder.namedParameters(), ofBlocks);
            put("decoder.", denoiser.namedParameters(), ofBlocks);
            assertThat(ofBlocks.keySet()).isEqualTo(ofModel.keySet());
            ofBlocks.forEach(
                    (name, values) -> assertThat(values).as(name).isEqualTo(ofModel.get(name)));
        }
    }

    private static void put(
            String prefix, Map<String, Parameter> parameters, Map<String, NDArray> all) {
        parameters.forEach((name, p) -> all.put(prefix + name, p.getArray()));
    }

    @Test
    void aModelTakesTheValuesOfInitialisedBlocks() {
        ResNetEncoder encoder = encoder().seed(7).features(true).build();
        UNetDenoiser denoiser = denoiser().seed(8).build();
        initialize(encoder, denoiser);
        NDArray images = TinyModels.images(manager, 2);
        try (Soda soda =
                Soda.builder()
                        .device(Device.cpu())
                        .encoder(encoder)
                        .denoiser(denoiser)
                        .normalization(PixelNormalization.symmetric(3))
                        .build()) {
            NDArray normal = PixelNormalization.symmetric(3).apply(images);
            NDList expected = encoder.forward(store, new NDList(normal), false);
            assertThat(soda.encode(images).allClose(expected.get(0), 1e-4, 1e-5, false)).isTrue();
            assertThat(soda.encodeFeatures(images).allClose(expected.get(1), 1e-4, 1e-5, false))
                    .isTrue();
            assertThat(soda.parameters().get("decoder.image_proj.weight"))
                    .isEqualTo(denoiser.namedParameters().get("image_proj.weight").getArray());
        }
        assertThat(encoder.namedParameters().get("conv1.weight").getArray().isReleased()).isFalse();
    }

    private void initialize(ResNetEncoder encoder, UNetDenoiser denoiser) {
        encoder.initialize(manager, DataType.FLOAT32, IMAGES);
        denoiser.initialize(manager, DataType.FLOAT32, IMAGES, new Shape(4), new Shape(4, 12));
    }

    @Test
    void latentAndModulationAreSetOnce() {
        SodaBuilder builder =
                Soda.builder()
                        .encoder(encoder().build())
                        .denoiser(denoiser().build())
                        .modulation(LayerModulation.whole());
        assertThatThrownBy(builder::config)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("modulation: expected the denoiser's")
                .hasMessageContaining("set only one of them");
    }

    /** An own training in a page: docs/blocks.md shows the same. */
    @Test
    void anOwnLoopTrainsEncoderMaskingAndDenoiser() {
        NDArray pixels = TinyModels.images(manager, 4);
        List<Float> losses = ownLoop(pixels);
        assertThat(losses.get(losses.size() - 1)).isLessThan(0.7f * losses.get(0));
    }

    private List<Float> ownLoop(NDArray images) {
        ResNetEncoder encoder = encoder().build();
        UNetDenoiser denoiser = denoiser().build();
        LatentMaskingBlock masking =
                LatentMaskingBlock.builder()
                        .layout(denoiser.layout())
                        .masking(new LatentMasking(0.1, 0.2))
                        .build();
        initialize(encoder, denoiser);
        DiffusionProcess process = new DiffusionProcess(NoiseSchedule.linear(1000));
        Optimizer adam = Optimizer.adam().optLearningRateTracker(Tracker.fixed(1e-3f)).build();
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        encoder.namedParameters().forEach((name, p) -> parameters.put("encoder." + name, p));
        denoiser.namedParameters().forEach((name, p) -> parameters.put("decoder." + name, p));
        parameters.values().removeIf(p -> !p.requiresGradient());
        List<Float> losses = new ArrayList<>();
        Random random = new Random(3);
        for (int step = 0; step < 30; step++) {
            try (NDManager scope = manager.newSubManager();
                    GradientCollector collector =
                            Engine.getEngine("PyTorch").newGradientCollector()) {
                collector.zeroGradients();
                NDArray source = images.mul(2).sub(1);
                source.attach(scope);
                NDArray noise = scope.randomNormal(source.getShape());
                long[] t = process.drawTimes(4, random);
                NDArray noisy = process.perturb(source, noise, t);
                NDList z = encoder.forward(store, new NDList(source), true);
                NDArray masked = masking.forward(store, z, true).singletonOrThrow();
                NDList inputs = new NDList(noisy, scope.create(t), masked);
                NDArray output = denoiser.forward(store, inputs, true).singletonOrThrow();
                NDArray loss = process.loss(output, source, noise, t);
                collector.backward(loss);
                losses.add(loss.getFloat());
                parameters.forEach(
                        (name, p) -> adam.update(name, p.getArray(), p.getArray().getGradient()));
            }
        }
        return losses;
    }

    /** What masking hides is what the mask of the denoiser drops. */
    @Test
    void theMaskOfTheDenoiserDropsSections() {
        UNetDenoiser denoiser = denoiser().build();
        initialize(encoder().build(), denoiser);
        NDArray x = manager.randomNormal(IMAGES);
        NDArray t = manager.create(new long[] {1, 200, 500, 1000});
        NDArray z = manager.randomNormal(new Shape(4, 12));
        int sections = denoiser.layout().sections();
        NDArray mask = manager.ones(new Shape(4, sections));
        mask.set(new NDIndex("1, 2"), 0);
        NDArray dropped = z.duplicate();
        int from = denoiser.layout().offset(2);
        dropped.set(new NDIndex("1, " + from + ":" + (from + denoiser.layout().size(2))), 0);
        NDArray byMask = denoiser.forward(store, new NDList(x, t, z, mask), false).get(0);
        NDArray byHand = denoiser.forward(store, new NDList(x, t, dropped), false).get(0);
        NDArray whole = denoiser.forward(store, new NDList(x, t, z), false).get(0);
        assertThat(byMask).isEqualTo(byHand);
        assertThat(byMask).isNotEqualTo(whole);
        NDArray narrow = manager.ones(new Shape(4, sections - 1));
        assertThatThrownBy(() -> denoiser.forward(store, new NDList(x, t, z, narrow), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mask: expected shape (4, " + sections + ")");
    }

    @Test
    void maskingHidesAsOftenAsItSaysAndInTrainingOnly() {
        LatentLayout layout = new LatentLayout(List.of(1, 2, 1));
        LatentMaskingBlock block =
                LatentMaskingBlock.builder()
                        .layout(layout)
                        .masking(new LatentMasking(0.3, 0.5))
                        .build();
        int n = 20_000;
        NDArray z = manager.ones(new Shape(n, 4)).mul(3);
        assertThat(block.forward(store, new NDList(z), false).get(0)).isEqualTo(z);
        float[] masked = block.forward(store, new NDList(z), true).get(0).toFloatArray();
        int[] kept = new int[3];
        int none = 0;
        for (int i = 0; i < n; i++) {
            assertThat(masked[4 * i + 1]).isEqualTo(masked[4 * i + 2]).isIn(0f, 3f);
            kept[0] += masked[4 * i] == 3 ? 1 : 0;
            kept[1] += masked[4 * i + 1] == 3 ? 1 : 0;
            kept[2] += masked[4 * i + 3] == 3 ? 1 : 0;
            none += masked[4 * i] + masked[4 * i + 1] + masked[4 * i + 3] == 0 ? 1 : 0;
        }
        // Five standard deviations of a share of 20,000 are 0.018.
        for (int section : kept) {
            assertThat(section / (double) n).isBetween(0.35 - 0.018, 0.35 + 0.018);
        }
        double nothing = 0.3 + 0.7 / 8;
        assertThat(none / (double) n).isBetween(nothing - 0.018, nothing + 0.018);
    }

    @Test
    void partsOfTheDenoiserStandByThemselves() {
        NDArray x = manager.randomNormal(new Shape(2, 32, 8, 8));
        NDArray time =
                run(
                        TimeEmbedding.builder().channels(16).build(),
                        new NDList(manager.create(new long[] {1, 900})));
        assertThat(time.getShape()).isEqualTo(new Shape(2, 64));
        Block residual =
                ModulatedResidualBlock.builder()
                        .inChannels(32)
                        .outChannels(64)
                        .timeSize(64)
                        .latentSize(5)
                        .downsample()
                        .build();
        NDArray z = manager.randomNormal(new Shape(2, 5));
        NDArray y = run(residual, new NDList(x, time, z));
        assertThat(y.getShape()).isEqualTo(new Shape(2, 64, 4, 4));
        assertThat(run(residual, new NDList(x, time, z.mul(2)))).isNotEqualTo(y);
        Block attention = AttentionBlock.builder().channels(64).heads(2).build();
        assertThat(run(attention, new NDList(y)).getShape()).isEqualTo(y.getShape());
        Block cross = CrossAttentionBlock.builder().channels(64).tokenSize(7).build();
        NDArray tokens = manager.randomNormal(new Shape(2, 3, 7));
        assertThat(run(cross, new NDList(y, tokens)).getShape()).isEqualTo(y.getShape());
        assertThatThrownBy(() -> AttentionBlock.builder().channels(40).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("groups: expected a divisor of channels, 40, found 32");
    }

    private NDArray run(Block block, NDList inputs) {
        if (!block.isInitialized()) {
            block.initialize(manager, DataType.FLOAT32, inputs.getShapes());
        }
        NDList outputs = block.forward(store, inputs, false);
        assertThat(outputs.getShapes()).isEqualTo(block.getOutputShapes(inputs.getShapes()));
        assertThat(outputs.get(0).sum().getFloat()).isFinite();
        return outputs.singletonOrThrow();
    }

    /** torchvision's names, and a last layer of 1000 classes that does not fit. */
    @Test
    void torchvisionsWeightsMakeAFeatureExtractor() throws Exception {
        ResNetEncoder source = encoder().seed(9).latentSize(1000).features(true).build();
        source.initialize(manager, DataType.FLOAT32, IMAGES);
        Map<String, NDArray> weights = new LinkedHashMap<>();
        put("", source.namedParameters(), weights);
        Path file = folder.resolve("resnet18.safetensors");
        Safetensors.write(file, weights, Map.of());
        NDArray images = manager.randomNormal(IMAGES);

        ResNetEncoder encoder = encoder().features(true).build();
        assertThatThrownBy(() -> encoder.importMatchingWeights(file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("initialize(");
        encoder.initialize(manager, DataType.FLOAT32, IMAGES);
        WeightReport report = encoder.importMatchingWeights(file);
        NDArray features = encoder.forward(store, new NDList(images), false).get(1);

        assertThat(report.misshaped()).hasSize(2).allMatch(line -> line.contains("fc."));
        assertThat(report.missing()).isEmpty();
        assertThat(features).isEqualTo(source.forward(store, new NDList(images), false).get(1));
    }
}
