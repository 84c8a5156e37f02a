package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Precision;
import org.soda4j.SamplingOptions;
import org.soda4j.Soda;
import org.soda4j.SodaBuilder;
import org.soda4j.SodaConfig;
import org.soda4j.benchmark.FlopCount;
import org.soda4j.denoiser.Denoiser;
import org.soda4j.diffusion.Guidance;
import org.soda4j.encoder.Encoder;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;
import org.soda4j.novelview.ViewConditioning;

/** An encoder and a denoiser of a user's own inside {@link Soda}: trained, saved, loaded. */
class OwnBlocksTest {

    private static final int D = 6;

    @TempDir Path folder;

    /** Patches of 4 x 4 pixels, through two linear layers. */
    private static final class PatchEncoder extends AbstractBlock implements Encoder {

        private final Block layers;
        private final String description;
        private Precision asked;

        PatchEncoder(String description) {
            this.description = description;
            layers =
                    addChildBlock(
                            "layers",
                            new SequentialBlock()
                                    .add(
                                            Conv2d.builder()
                                                    .setKernelShape(new Shape(4, 4))
                                                    .optStride(new Shape(4, 4))
                                                    .setFilters(8)
                                                    .build())
                                    .add(Activation::relu)
                                    .add(Blocks.batchFlattenBlock())
                                    .add(Linear.builder().setUnits(D).build()));
        }

        @Override
        public int inputChannels() {
            return 3;
        }

        @Override
        public int latentSize() {
            return D;
        }

        @Override
        public String description() {
            return description;
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            layers.initialize(manager, type, shapes);
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            asked = Precision.of(params);
            return layers.forward(store, inputs, training);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return new Shape[] {new Shape(shapes[0].get(0), D)};
        }
    }

    /** One convolution of the noisy image, plus a number for each image from its latent. */
    private static final class PlainDenoiser extends AbstractBlock implements Denoiser {

        private final Block image;
        private final Block latent;
        private long largestBatch;

        PlainDenoiser() {
            image =
                    addChildBlock(
                            "image",
                            Conv2d.builder()
                                    .setKernelShape(new Shape(3, 3))
                                    .optPadding(new Shape(1, 1))
                                    .setFilters(3)
                                    .build());
            latent = addChildBlock("latent", Linear.builder().setUnits(1).build());
        }

        @Override
        public List<Integer> imageShape() {
            return List.of(3, TinyTraining.SIZE, TinyTraining.SIZE);
        }

        @Override
        public int latentSize() {
            return D;
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            image.initialize(manager, type, shapes[0]);
            latent.initialize(manager, type, shapes[2]);
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDArray x = inputs.get(0);
            long n = x.getShape().get(0);
            assertThat(inputs.get(1).getShape()).isEqualTo(new Shape(n));
            assertThat(inputs.get(2).getShape()).isEqualTo(new Shape(n, D));
            largestBatch = Math.max(largestBatch, n);
            NDArray map = image.forward(store, new NDList(x), training).get(0);
            NDArray level = latent.forward(store, new NDList(inputs.get(2)), training).get(0);
            return new NDList(map.add(level.reshape(n, 1, 1, 1)));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return new Shape[] {shapes[0]};
        }
    }

    private static SodaBuilder withOwnEncoder(Encoder encoder) {
        return TinyTraining.model(0)
                .latent(LatentLayout.of(D))
                .modulation(LayerModulation.paired())
                .encoder(encoder);
    }

    private static SodaBuilder allOwn() {
        return Soda.builder()
                .device(Device.cpu())
                .encoder(new PatchEncoder("patches"))
                .denoiser(new PlainDenoiser());
    }

    private static NDArray images(NDManager manager) {
        return TinyTraining.images(manager, TinyTraining.pixels(4, 7));
    }

    @Test
    void anOwnEncoderIsTrainedSavedAndLoadedAgain() throws Exception {
        Path run = folder.resolve("run");
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = withOwnEncoder(new PatchEncoder("patches 4, width 8")).build()) {
            float[] untrained = soda.encode(images(manager)).toFloatArray();
            TinyTraining.trainer(soda, TinyTraining.data(manager, 8))
                    .folder(run)
                    .steps(4)
                    .build()
                    .fit();
            float[] trained = soda.encode(images(manager)).toFloatArray();
            assertThat(trained).hasSize(4 * D).isNotEqualTo(untrained);
            Path saved = folder.resolve("model");
            soda.save(saved);

            Encoder again = new PatchEncoder("patches 4, width 8");
            SodaBuilder blocks = Soda.builder().device(Device.cpu()).encoder(again);
            for (Path model : List.of(saved, run.resolve("model"))) {
                try (Soda loaded =
                        Soda.load(model, blocks.encoder(new PatchEncoder("patches 4, width 8")))) {
                    assertThat(loaded.encode(images(manager)).toFloatArray()).isEqualTo(trained);
                    assertThat(loaded.config()).isEqualTo(soda.config());
                    assertThat(loaded.config().latent().sections()).isGreaterThan(1);
                }
            }
            assertThatThrownBy(() -> Soda.load(saved))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            "expected the encoder that the model was saved with, own encoder 'patches 4, width 8', found none")
                    .hasMessageContaining("Soda.load(folder, Soda.builder().encoder(...))");
            SodaBuilder other = blocks.encoder(new PatchEncoder("patches 2"));
            assertThatThrownBy(() -> Soda.load(saved, other))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("found own encoder 'patches 2'");
            SodaBuilder ours = blocks.encoder(ResNetEncoder.builder().build());
            assertThatThrownBy(() -> Soda.load(saved, ours)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aRunWithAnOwnEncoderIsResumed() throws Exception {
        List<Double> whole;
        List<Double> resumed;
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = withOwnEncoder(fixed()).build()) {
            whole = TinyTraining.losses(trainer(soda, manager, folder.resolve("whole")));
        }
        Path run = folder.resolve("run");
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = withOwnEncoder(fixed()).build()) {
            trainer(soda, manager, run).listener(TinyTraining.stopAfter(2)).build().fit();
        }
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = withOwnEncoder(fixed()).build()) {
            resumed = TinyTraining.losses(trainer(soda, manager, run));
        }
        assertThat(resumed).isEqualTo(whole.subList(2, 4));
    }

    /** DJL's initializers draw from the engine's random numbers. */
    private static Encoder fixed() {
        Engine.getEngine("PyTorch").setRandomSeed(5);
        return new PatchEncoder("patches");
    }

    private static SodaTrainer.Builder trainer(Soda soda, NDManager manager, Path run) {
        return TinyTraining.trainer(soda, TinyTraining.data(manager, 12)).steps(4).folder(run);
    }

    @Test
    void anOwnDenoiserDrawsUnderGuidance() throws Exception {
        PlainDenoiser denoiser = new PlainDenoiser();
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda =
                        allOwn().denoiser(denoiser)
                                .latent(new LatentLayout(List.of(2, 4)))
                                .build()) {
            SamplingOptions options = SamplingOptions.defaults().withSteps(3);
            NDArray z = soda.encode(images(manager));
            NDArray drawn = soda.sample(z, options.withGuidance(Guidance.whole(0.5)));
            assertThat(drawn.getShape())
                    .isEqualTo(new Shape(4, 3, TinyTraining.SIZE, TinyTraining.SIZE));
            assertThat(denoiser.largestBatch).isEqualTo(8);
            assertThat(soda.sample(z, options.withGuidance(Guidance.none()))).isNotEqualTo(drawn);
            assertThat(soda.activationNames()).isEmpty();
            soda.save(folder);
            SodaBuilder same =
                    Soda.builder()
                            .device(Device.cpu())
                            .encoder(new PatchEncoder("patches"))
                            .denoiser(new PlainDenoiser());
            try (Soda loaded = Soda.load(folder, same)) {
                assertThat(loaded.sample(z, options.withGuidance(Guidance.whole(0.5))))
                        .isEqualTo(drawn);
            }
            SodaBuilder half = Soda.builder().encoder(new PatchEncoder("patches"));
            assertThatThrownBy(() -> Soda.load(folder, half))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("own denoiser '" + PlainDenoiser.class.getName() + "'");
        }
    }

    @Test
    void whatIsNotKnownOfOwnBlocksIsSaidToBeUnknown() {
        try (Soda soda = allOwn().build()) {
            assertThat(soda.describe().toString()).contains("unknown");
            assertThat(soda.describe().parameters().get("encoder"))
                    .isEqualTo(8 * 48 + 8 + 32 * D + D);
            assertThat(FlopCount.of(soda.config()).train()).isNaN();
            NDManager manager = soda.parameters().values().iterator().next().getManager();
            assertThatThrownBy(() -> soda.encodeFeatures(images(manager)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("pooled features");
        }
    }

    @Test
    void theConfigurationOfOwnBlocksIsTextLikeAnyOther() {
        SodaConfig config = allOwn().config();
        assertThat(SodaConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toJson()).contains("\"own\" : \"patches\"");
        assertThatThrownBy(() -> Soda.builder().config(config).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("encoder: expected the block of the own encoder 'patches'");
        assertThatThrownBy(() -> allOwn().modulation(LayerModulation.paired()).config())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cuts the latent itself");
        assertThatThrownBy(() -> allOwn().views(ViewConditioning.builder().build()).config())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a ResNetEncoder and a UNetDenoiser");
        assertThatThrownBy(() -> allOwn().latent(LatentLayout.of(D + 1)).config())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("latent size");
    }

    @Test
    void anOwnEncoderIsToldThePrecision() {
        PatchEncoder encoder = new PatchEncoder("patches");
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = withOwnEncoder(encoder).precision(Precision.BF16).build()) {
            assertThat(soda.encode(images(manager)).getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(encoder.asked).isEqualTo(Precision.BF16);
        }
    }

    @Test
    void outputsOfOtherShapesAreRefused() {
        Encoder wrong =
                new AbstractEncoder() {
                    @Override
                    protected NDList forwardInternal(
                            ParameterStore store,
                            NDList inputs,
                            boolean training,
                            PairList<String, Object> params) {
                        NDArray x = inputs.get(0);
                        return new NDList(x.reshape(x.getShape().get(0), -1));
                    }
                };
        try (NDManager manager = NDManager.newBaseManager();
                Soda soda = withOwnEncoder(wrong).build()) {
            assertThatThrownBy(() -> soda.encode(images(manager)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("expected outputs of shapes [(4, 6)], found [(4, 192)]");
        }
    }

    private abstract static class AbstractEncoder extends AbstractBlock implements Encoder {

        @Override
        public int inputChannels() {
            return 3;
        }

        @Override
        public int latentSize() {
            return D;
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return new Shape[] {new Shape(shapes[0].get(0), D)};
        }
    }

    @Test
    void namesOfParametersAreThoseOfFiles() throws Exception {
        try (Soda soda = allOwn().build()) {
            soda.save(folder);
            assertThat(soda.trainableNames())
                    .isEqualTo(soda.parameters().keySet())
                    .allMatch(name -> name.startsWith("encoder.") || name.startsWith("decoder."));
            assertThat(Files.readString(folder.resolve("config.json"))).contains("PlainDenoiser");
        }
    }
}
