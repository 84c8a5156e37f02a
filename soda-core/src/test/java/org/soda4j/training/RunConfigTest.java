package org.soda4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.Precision;
import org.soda4j.SodaConfig;
import org.soda4j.denoiser.UNetDenoiserConfig;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.training.run.RunFolder;
import org.soda4j.training.run.RunFolderException;

class RunConfigTest {

    @TempDir Path folder;

    @Test
    void publishedPresetIsTheDefaultModelForSmallImagesAndTheDefaultTraining() {
        RunConfig preset = RunConfig.preset("cifar10");
        RunConfig defaults =
                new RunConfig(
                        SodaConfig.fromYaml(
                                "{encoder: {smallImages: true}, normalization: {mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.2010]}}"),
                        TrainingConfig.builder()
                                .epochs(800)
                                .evaluateEveryEpochs(100)
                                .sampleEveryEpochs(100)
                                .build());
        // What the YAML says explicitly and what the builders have by default are both published.
        assertThat(preset.differences(defaults)).isEmpty();
        assertThat(preset.training()).isEqualTo(defaults.training());
    }

    @Test
    void aTextWithoutAModelHasThePublishedOne() throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("c.yaml"), "{training: {length: {unit: STEPS, count: 1}}}");
        assertThat(RunConfig.read(file).model()).isEqualTo(SodaConfig.fromYaml("{}"));
        RunConfig withoutModel = new RunConfig(null, TrainingConfig.builder().steps(1).build());
        assertThat(withoutModel.model()).isEqualTo(SodaConfig.fromYaml("{}"));
    }

    @Test
    void publishedValuesStandInThePreset() {
        SodaConfig model = RunConfig.preset("cifar10").model();
        assertThat(model.latent().sizes()).containsExactly(128);
        assertThat(((ResNetEncoderConfig) model.encoder()).depth()).isEqualTo(18);
        assertThat(model.masking().latent()).isEqualTo(0.1);
        assertThat(((UNetDenoiserConfig) model.denoiser()).channels()).isEqualTo(128);
        assertThat(((UNetDenoiserConfig) model.denoiser()).multipliers())
                .containsExactly(1, 2, 2, 2);
        assertThat(((UNetDenoiserConfig) model.denoiser()).attention()).containsExactly(1);
        assertThat(((UNetDenoiserConfig) model.denoiser()).dropout()).isEqualTo(0.1);
        TrainingConfig training = RunConfig.preset("cifar10").training();
        assertThat(training.length().count()).isEqualTo(800);
        assertThat(training.warmup().count()).isEqualTo(20);
        assertThat(training.batchSize()).isEqualTo(128);
        assertThat(training.learningRate()).isEqualTo(1e-4);
        assertThat(training.encoderRateRatio()).isEqualTo(2);
        assertThat(training.weightDecay()).isEqualTo(0.05);
        assertThat(training.decayVectors()).isTrue();
        assertThat(training.beta1()).isEqualTo(0.9);
        assertThat(training.beta2()).isEqualTo(0.95);
        assertThat(training.clipNorm()).isEqualTo(1);
        assertThat(training.emaDecay()).isEqualTo(0.9999);
        assertThat(training.samples()).isEqualTo(30);
    }

    @Test
    void presetsDifferOnlyWhereTheyShould() {
        RunConfig cifar = RunConfig.preset("cifar10");
        assertThat(cifar.differences(RunConfig.preset("cifar100")))
                .hasSize(6)
                .allMatch(line -> line.startsWith("/model/normalization/"));
        assertThat(cifar.differences(RunConfig.preset("tiny-imagenet")))
                .filteredOn(line -> !line.startsWith("/model/normalization/"))
                .containsExactly(
                        "/model/denoiser/imageShape/1: expected 32, found 64",
                        "/model/denoiser/imageShape/2: expected 32, found 64",
                        "/model/encoder/smallImages: expected true, found false",
                        "/training/batchSize: expected 128, found 64",
                        "/training/learningRate: expected 1.0E-4, found 5.0E-5");
        for (String name : new String[] {"cifar10", "cifar100", "tiny-imagenet"}) {
            assertThat(RunConfig.preset(name).differences(RunConfig.preset("paper-" + name)))
                    .allMatch(
                            line ->
                                    line.matches(
                                            "/model/(latent/\\d+|masking/section|modulation/kind"
                                                    + "|denoiser/timeDivisor"
                                                    + "|denoiser/rescaledSums|encoder/preActivation"
                                                    + "|(encoder|denoiser)/initialization"
                                                    + "|schedule/(kind|beta1|beta2)): .*"))
                    .contains(
                            "/model/modulation/kind: expected \"WHOLE\", found \"PAIRED\"",
                            "/model/schedule/kind: expected \"linear\", found \"inverted\"",
                            "/model/masking/section: expected 0.0, found 0.1");
        }
        // Four levels of two blocks and three downsamplings, the input and the middle: 13 depths,
        // and 128 = 13 x 9 + 11.
        assertThat(RunConfig.preset("paper-cifar10").model().latent().sizes())
                .containsExactly(10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9, 9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "minutes-16",
                "minutes-16-grey",
                "minutes-32",
                "minutes-32-grey",
                "minutes-64",
                "minutes-64-grey",
                "hours-32",
                "hours-32-grey",
                "cifar10",
                "cifar100",
                "tiny-imagenet",
                "paper-cifar10",
                "paper-cifar100",
                "paper-tiny-imagenet"
            })
    void everyPresetComesBackFromYamlAndFromARunFolder(String name) throws Exception {
        assertThat(RunConfig.presets()).contains(name).hasSize(14);
        RunConfig preset = RunConfig.preset(name);
        Path file = Files.writeString(folder.resolve("run.yaml"), preset.toYaml());
        RunConfig read = RunConfig.read(file);
        assertThat(read.differences(preset)).isEmpty();
        assertThat(read.training()).isEqualTo(preset.training());
        Path run = folder.resolve("run");
        RunFolder.open(run, preset).close();
        assertThat(RunFolder.config(run, RunConfig.class).differences(preset)).isEmpty();
        assertThat(RunConfig.read(run.resolve("config.json")).differences(preset)).isEmpty();
        RunFolder.open(run, read).close();
        assertThatThrownBy(() -> RunFolder.open(run, RunConfig.preset(name, "training.seed=1")))
                .isInstanceOf(RunFolderException.class)
                .hasMessageEndingWith("\n  /training/seed: expected 0, found 1");
    }

    @Test
    void overridesReplaceSingleFields() {
        RunConfig config =
                RunConfig.preset(
                        "paper-cifar10",
                        "training.batchSize=64",
                        "training.learningRate=3e-4",
                        "training.steps=200",
                        "training.warmup=null",
                        "training.precision=BF16",
                        "model.denoiser.multipliers=[1, 2]",
                        "model.denoiser.multipliers.1=3",
                        "model.denoiser.channels=32",
                        "model.modulation.kind=WHOLE",
                        "training.retention.keepLast=2");
        TrainingConfig training = config.training();
        assertThat(training.batchSize()).isEqualTo(64);
        assertThat(training.learningRate()).isEqualTo(3e-4);
        assertThat(training.length()).isEqualTo(new TrainingLength(TrainingLength.Unit.STEPS, 200));
        assertThat(training.warmup()).isNull();
        assertThat(training.precision()).isEqualTo(Precision.BF16);
        assertThat(training.retention().keepLast()).isEqualTo(2);
        assertThat(((UNetDenoiserConfig) config.model().denoiser()).multipliers())
                .containsExactly(1, 3);
        assertThat(((UNetDenoiserConfig) config.model().denoiser()).channels()).isEqualTo(32);
        assertThat(config.model().latent().sizes()).containsExactly(128);
        assertThat(RunConfig.preset("cifar10", "training.steps=9", "training.epochs=1").training())
                .isEqualTo(RunConfig.preset("cifar10", "training.epochs=1").training());
    }

    @Test
    void listsNeedNoBracketsAndNamesNoCapitals() {
        SodaConfig model =
                RunConfig.preset(
                                "cifar10",
                                "model.denoiser.multipliers=1, 2,4",
                                "model.denoiser.attention=2",
                                "model.latent=64",
                                "model.modulation.kind=Paired")
                        .model();
        UNetDenoiserConfig denoiser = (UNetDenoiserConfig) model.denoiser();
        assertThat(denoiser.multipliers()).containsExactly(1, 2, 4);
        assertThat(denoiser.attention()).containsExactly(2);
        assertThat(model.latent().size()).isEqualTo(64);
        assertThat(RunConfig.preset("cifar10", "training.precision=bf16").training().precision())
                .isEqualTo(Precision.BF16);
    }

    @Test
    void whatIsWrongIsNamed() throws Exception {
        assertRefused("training.batchsize=64", "batchsize");
        assertRefused(
                "training.batchSize=0", "/training", "batchSize: expected at least 1, found 0");
        assertRefused(
                "training.batchSize=many",
                "/training/batchSize: expected a whole number, found many");
        assertRefused("training.batchSize=1.5", ": expected a whole number, found 1.5");
        assertRefused("training.learningRate=fast", ": expected a number, found fast");
        assertRefused("training.decayVectors=often", ": expected true or false, found often");
        assertRefused("training.precision=fp8", ": expected one of [FP32, BF16, FP16], found fp8");
        assertRefused(
                "training.warmup=5",
                "/training/warmup: expected fields such as {unit: EPOCHS, count: 1}, found 5");
        assertRefused(
                "model.masking=0.2",
                "/model/masking: expected fields such as {latent: 0.5, section: 0.5}, found 0.2");
        assertRefused("model.modulation=paired", "{kind: WHOLE, groups: 1}, found paired");
        assertRefused("model.encoder=foo", "/model/encoder: expected fields such as {depth: 1, ");
        assertRefused("model.normalization=0.5", "{mean: [1, 2], deviation: [1, 2]}, found 0.5");
        assertRefused("model.denoiser.imageShape=3,x,4", "/1: expected a whole number, found x");
        assertRefused("training.batchSize", "expected path=value", "training.batchSize");
        assertRefused("=1", "expected path=value");
        assertRefused("model.denoiser.multipliers.4=2", "index below 4 at '4'");
        assertRefused("model.encoder.latentSize=64", "64", "128");
        assertRefused("training.length=null", "length");
        assertThatThrownBy(() -> RunConfig.preset("cifar"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("paper-tiny-imagenet")
                .hasMessageContaining("found cifar");
        Path file = Files.writeString(folder.resolve("run.yaml"), "training: {seed: 1}");
        assertThatThrownBy(() -> RunConfig.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("length: expected epochs(n), steps(n) or images(n)");
        for (String text :
                new String[] {"", "[]", "training: {seed: 1", "a: 1\na: 2", "a: 1\n---\nb: 2"}) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> RunConfig.read(file))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    private static void assertRefused(String override, String... parts) {
        assertThatThrownBy(() -> RunConfig.preset("cifar10", override))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }
}
