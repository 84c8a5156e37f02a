package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.io.Safetensors;
import org.soda4j.io.WeightReport;
import org.soda4j.latent.LatentLayout;

/** Saving, loading, importing, and DJL's way to a saved model. */
class ModelFilesTest {

    @TempDir Path folder;

    private Soda soda;

    @BeforeEach
    void build() {
        soda = TinyModels.builder().seed(4).build();
    }

    @AfterEach
    void close() {
        soda.close();
    }

    @Test
    void aSavedModelLoadsBitForBit() throws IOException {
        soda.save(folder.resolve("new/model"));
        soda.save(folder.resolve("new/model")); // over the first
        try (Soda loaded = Soda.load(folder.resolve("new/model"))) {
            assertThat(loaded.config()).isEqualTo(soda.config());
            assertSameWeights(loaded, soda);
        }
        try (var files = Files.list(folder.resolve("new/model"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "config.json", "model.safetensors", "serving.properties");
        }
    }

    @Test
    void aSaveThatIsStoppedLeavesTheOldModelOrTheNew() throws IOException {
        Path model = folder.resolve("model");
        Path other = folder.resolve("other");
        soda.save(model);
        try (Soda larger = TinyModels.builder().latent(LatentLayout.of(16)).seed(5).build()) {
            // It fails at the weights, under whose name there is something that cannot be replaced.
            Path weights = model.resolve("model.safetensors");
            Files.move(weights, folder.resolve("kept"));
            Files.createDirectories(weights.resolve("in the way"));
            assertThatThrownBy(() -> larger.save(model)).isInstanceOf(IOException.class);
            Files.delete(weights.resolve("in the way"));
            Files.delete(weights);
            Files.move(folder.resolve("kept"), weights);
            try (Soda loaded = Soda.load(model)) {
                assertThat(loaded.config()).isEqualTo(soda.config());
                assertSameWeights(loaded, soda);
            }
            // It is stopped after the weights.
            larger.save(other);
            Files.copy(
                    other.resolve("model.safetensors"),
                    weights,
                    StandardCopyOption.REPLACE_EXISTING);
            try (Soda loaded = Soda.load(model)) {
                assertThat(loaded.config()).isEqualTo(larger.config());
                assertSameWeights(loaded, larger);
            }
            // The same where there was no model before.
            Files.delete(other.resolve("config.json"));
            try (Soda loaded = Soda.load(other)) {
                assertSameWeights(loaded, larger);
            }
        }
    }

    @Test
    void aFolderThatIsNotAModelIsRefused() throws IOException {
        assertThatThrownBy(() -> Soda.load(folder.resolve("nowhere")))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("nowhere", "config.json", "not found");
        soda.save(folder);
        Path weights = folder.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length - 100));
        assertThatThrownBy(() -> Soda.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("model.safetensors");
        Files.delete(weights);
        assertThatThrownBy(() -> Soda.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("model.safetensors", "not found");
        Path config = folder.resolve("config.json");
        String json = Files.readString(config);
        Files.writeString(config, json.replace("\"channels\" : 32", "\"channels\" : 64"));
        Safetensors.write(weights, soda.parameters()); // weights that carry no configuration
        assertThatThrownBy(() -> Soda.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        "model.safetensors", "misshaped: decoder.image_proj.weight");
        Files.write(weights, bytes);
        Files.writeString(config, json.replace("\"blocks\"", "\"blokcs\""));
        assertThatThrownBy(() -> Soda.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("config.json", "/denoiser/blokcs");
        byte[] other = json.getBytes(StandardCharsets.UTF_8); // of the same length
        other[9] = (byte) 0xFF;
        Files.write(config, other);
        assertThatThrownBy(() -> Soda.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("config.json", "0xff at offset 9");
    }

    @Test
    void djlsCriteriaGivesTheSameLatent() throws Exception {
        soda.save(folder);
        Image image = image(16, 16);
        float[] expected;
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray pixels =
                    image.toNDArray(manager)
                            .transpose(2, 0, 1)
                            .expandDims(0)
                            .toType(DataType.FLOAT32, true)
                            .div(255);
            expected = soda.encode(pixels).toFloatArray();
        }
        try (Predictor<Image, float[]> predictor = soda.newPredictor(Image.class)) {
            assertThat(predictor.predict(image)).containsExactly(expected, within(1e-5f));
            assertThat(predictor.predict(image(50, 31))).hasSize(12);
            assertThat(predictor.predict(image(5, 9))).hasSize(12);
        }
        Criteria<Image, float[]> criteria =
                Criteria.builder()
                        .setTypes(Image.class, float[].class)
                        .optModelPath(folder)
                        .optTranslatorFactory(new ImageEncodingTranslatorFactory())
                        .build();
        try (ZooModel<Image, float[]> model = criteria.loadModel();
                Predictor<Image, float[]> predictor = model.newPredictor()) {
            assertThat(predictor.predict(image)).containsExactly(expected, within(1e-5f));
        }
    }

    /** As all models that were saved before. */
    @Test
    void aModelWithoutAPreparationPredictsAsItDid() throws Exception {
        soda.save(folder);
        String json = soda.config().toJson();
        String before = json.replaceFirst("\"preparation\" : \\{[^}]*\\},", "");
        assertThat(before).isNotEqualTo(json);
        Safetensors.write(
                folder.resolve("model.safetensors"),
                soda.parameters(),
                Map.of("soda4j.config", before));
        Path again = folder.resolve("again");
        Image wide = image(50, 31);
        float[] prepared = predicted(soda, wide);
        try (Soda old = Soda.load(folder)) {
            assertThat(old.config()).isEqualTo(soda.config());
            assertThat(predicted(old, wide)).isNotEqualTo(prepared);
            old.save(again);
        }
        try (Soda resaved = Soda.load(again)) {
            assertThat(predicted(resaved, wide)).isEqualTo(prepared);
        }
    }

    private static float[] predicted(Soda model, Image image) throws TranslateException {
        try (Predictor<Image, float[]> predictor = model.newPredictor(Image.class)) {
            return predictor.predict(image);
        }
    }

    private static Image image(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(8);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        return ImageFactory.getInstance().fromImage(image);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "module.%s"})
    void namesOfAWholeModelImport(String form) throws IOException {
        importsUnder(soda, form::formatted);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSequentialFormOfTheEncoderImports(boolean pooling) throws IOException {
        String[] parts = {
            "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"
        };
        Map<String, Integer> index = new LinkedHashMap<>();
        for (String part : parts) {
            if (pooling || !part.equals("maxpool")) {
                index.put(part, index.size());
            }
        }
        index.put("fc", index.size() + 2); // after the pooling and the flattening
        try (Soda model = model(pooling)) {
            UnaryOperator<String> sequential =
                    name -> {
                        if (!name.startsWith("encoder.")) {
                            return name;
                        }
                        String local = name.substring("encoder.".length());
                        int dot = local.indexOf('.');
                        return "encoder.encoder."
                                + index.get(local.substring(0, dot))
                                + local.substring(dot);
                    };
            importsUnder(model, sequential);
            importsUnder(model, name -> "module." + sequential.apply(name));
        }
    }

    private static Soda model(boolean pooling) {
        return TinyModels.builder()
                .seed(4)
                .encoder(
                        ResNetEncoder.builder()
                                .widthMultiplier(0.125)
                                .smallImages(!pooling)
                                .build())
                .build();
    }

    private void importsUnder(Soda source, UnaryOperator<String> names) throws IOException {
        Path file = write(source, names);
        try (Soda other = TinyModels.builder().config(source.config()).seed(5).build()) {
            WeightReport report = other.importWeights(file);
            assertThat(report.complete()).isTrue();
            assertThat(report.fitting()).hasSameSizeAs(source.parameters().keySet());
            assertSameWeights(other, source);
        }
    }

    private Path write(Soda source, UnaryOperator<String> names) throws IOException {
        Map<String, NDArray> renamed = new LinkedHashMap<>();
        source.parameters().forEach((name, array) -> renamed.put(names.apply(name), array));
        Path file = folder.resolve("weights.safetensors");
        Safetensors.write(file, renamed);
        return file;
    }

    @Test
    void anEncoderOfTorchvisionImportsWhatFits() throws IOException {
        try (Soda other = TinyModels.builder().seed(5).build();
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            Map<String, NDArray> torchvision = new LinkedHashMap<>();
            soda.parameters()
                    .forEach(
                            (name, array) -> {
                                if (name.startsWith("encoder.")) {
                                    torchvision.put(name.substring("encoder.".length()), array);
                                }
                            });
            torchvision.put("fc.weight", manager.zeros(new Shape(1000, 64)));
            torchvision.put("bn1.num_batches_tracked", manager.create(1L));
            torchvision.put("extra.weight", manager.zeros(new Shape(2)));
            Path file = folder.resolve("resnet.safetensors");
            Safetensors.write(file, torchvision);
            Map<String, float[]> before = values(other);
            assertThatThrownBy(() -> other.importWeights(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(
                            "resnet.safetensors",
                            "missing: decoder.image_proj.weight",
                            "1 unexpected: extra.weight",
                            "1 misshaped: encoder.fc.weight: expected (12, 64), found (1000, 64)",
                            "importMatchingWeights");
            assertThat(values(other).get("encoder.conv1.weight"))
                    .as("nothing is copied")
                    .isEqualTo(before.get("encoder.conv1.weight"));
            WeightReport report = other.importMatchingWeights(file);
            assertThat(report.unexpected()).containsExactly("extra.weight");
            assertThat(report.misshaped()).hasSize(1);
            assertThat(report.missing()).allMatch(name -> name.startsWith("decoder."));
            assertThat(values(other).get("encoder.conv1.weight"))
                    .isEqualTo(soda.parameters().get("encoder.conv1.weight").toFloatArray());
            assertThat(values(other).get("encoder.fc.weight"))
                    .isEqualTo(before.get("encoder.fc.weight"));
        }
    }

    @Test
    void prefixesOfWrappersAreLeftOutAndReported() throws IOException {
        Path file = write(soda, name -> "_orig_mod.module." + name);
        try (Soda other = TinyModels.builder().seed(5).build()) {
            WeightReport report = other.importWeights(file);
            assertThat(report.complete()).isTrue();
            assertThat(report.prefixes()).containsExactly("_orig_mod.module.");
            assertThat(report.toString()).contains("without the prefixes [_orig_mod.module.]");
            assertSameWeights(other, soda);
        }
    }

    @Test
    void aFileThatGivesNothingIsRefusedUnlessToldOtherwise() throws IOException {
        Path file = write(soda, name -> "something.else." + name);
        Map<String, float[]> before = values(soda);
        assertThatThrownBy(() -> soda.importMatchingWeights(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(
                        "%s: expected tensors that fit at least 1 of the model's %d parameters, found 0 fit; "
                                .formatted(file, before.size()))
                .hasMessageContaining("importMatchingWeights(file, 0)");
        assertThat(soda.importMatchingWeights(file, 0).fitting()).isEmpty();
        assertThatThrownBy(() -> soda.importMatchingWeights(write(soda, n -> n), before.size() + 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("at least " + (before.size() + 1));
        assertThat(values(soda)).usingRecursiveComparison().isEqualTo(before);
    }

    /** The model of this configuration has more than a million GiB. */
    @Test
    void aModelThatDoesNotFitItsConfigurationIsRefusedBeforeItIsBuilt() throws IOException {
        SodaConfig huge =
                Soda.builder()
                        .denoiser(
                                UNetDenoiser.builder()
                                        .channels(8192)
                                        .multipliers(64, 64)
                                        .blocks(64)
                                        .build())
                        .config();
        soda.save(folder);
        Safetensors.write(
                folder.resolve("model.safetensors"),
                soda.parameters(),
                Map.of("soda4j.config", huge.toJson()));
        assertThatThrownBy(() -> Soda.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        "model.safetensors: expected exactly the parameters of the model",
                        "missing: ",
                        "encoder.conv1.weight: expected (64, 3, 7, 7), found (8, 3, 3, 3)");
    }

    private static Map<String, float[]> values(Soda model) {
        Map<String, float[]> values = new LinkedHashMap<>();
        model.parameters().forEach((name, array) -> values.put(name, array.toFloatArray()));
        return values;
    }

    private static void assertSameWeights(Soda found, Soda expected) {
        Map<String, float[]> left = values(found);
        Map<String, float[]> right = values(expected);
        assertThat(left.keySet()).containsExactlyElementsOf(right.keySet());
        right.forEach((name, value) -> assertThat(left.get(name)).as(name).isEqualTo(value));
    }
}
