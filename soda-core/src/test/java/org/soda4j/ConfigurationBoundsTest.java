package org.soda4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.denoiser.UNetDenoiser;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;
import org.soda4j.model.ModelShapes;
import org.soda4j.training.RunConfig;

/** Numbers that no machine can compute with are refused before there is memory for them. */
class ConfigurationBoundsTest {

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(ConfigurationBoundsTest.class.getResource("/cases/" + name).toURI());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cfg_blocks_huge.json|blocks: expected at most 64, found 1000000",
                "cfg_channels_1e5.json|channels: expected at most 8192, found 99968"
            })
    void filesThatAskForTooMuchAreRefused(String name, String message) throws Exception {
        Path file = resource(name);
        assertThatThrownBy(() -> RunConfig.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(file.toString(), "/model", message);
    }

    @Test
    void textThatIsNotUtf8IsRefusedWithItsByte() throws Exception {
        Path file = resource("notutf8.yaml");
        assertThatThrownBy(() -> RunConfig.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        file
                                + ": expected text in UTF-8, found byte 0xff at offset 12; save the file as UTF-8");
    }

    /** Every whole number of a model's and a training's text, at the two ends of its type. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.encoder.depth",
                "model.encoder.widthMultiplier",
                "model.encoder.inputChannels",
                "model.encoder.latentSize",
                "model.latent.0",
                "model.denoiser.imageShape.0",
                "model.denoiser.imageShape.1",
                "model.denoiser.imageShape.2",
                "model.denoiser.channels",
                "model.denoiser.multipliers.1",
                "model.denoiser.blocks",
                "model.denoiser.attention.0",
                "model.denoiser.channelsPerHead",
                "model.denoiser.groups",
                "model.schedule.steps",
                "training.steps",
                "training.images",
                "training.epochs",
                "training.warmup.count",
                "training.batchSize",
                "training.accumulation",
                "training.samples",
                "training.sampleSteps"
            })
    void everyNumberHasBounds(String field) {
        // A length says what it counts.
        String last = field.replaceAll("^.*\\.(?=[a-zA-Z])", "").replaceAll("\\.\\d$", "");
        long most =
                field.matches("training.(steps|images|epochs|warmup.count)")
                        ? Long.MAX_VALUE
                        : Integer.MAX_VALUE;
        for (long value : List.of(most, most - most % 1024, -1L, -most - 1)) {
            assertThatThrownBy(() -> RunConfig.preset("cifar10", field + "=" + value))
                    .as("%s = %d", field, value)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(
                            last,
                            "expected",
                            field.endsWith("widthMultiplier")
                                    ? Double.toString(value)
                                    : Long.toString(value));
        }
    }

    @Test
    void sumsAndListsHaveBoundsToo() {
        assertThatThrownBy(() -> new LatentLayout(List.of(Integer.MAX_VALUE, Integer.MAX_VALUE)))
                .hasMessage("latent size: expected at most 65536, found 4294967294");
        assertThatThrownBy(() -> UNetDenoiser.builder().multipliers(new int[17]))
                .hasMessage("multipliers (levels): expected at most 16, found 17");
        assertThatThrownBy(
                        () ->
                                RunConfig.preset(
                                        "cifar10",
                                        "model.schedule={kind: given, steps: 2147483647, alphaBars: [1, 0.5]}"))
                .hasMessageContaining("steps: expected at most 1000000, found 2147483647");
    }

    @Test
    void aModelLargerThanTheMachineIsRefusedBeforeAnythingIsAllocated() {
        SodaBuilder channels =
                Soda.builder()
                        .denoiser(
                                UNetDenoiser.builder()
                                        .channels(8192)
                                        .multipliers(8, 16)
                                        .blocks(8)
                                        .build());
        assertThatThrownBy(channels::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "model: expected parameters that fit into the ",
                        "GiB of this machine's memory, found ",
                        "GiB as float32; most are due to denoiser.channels = 8192");
    }

    @Test
    void theFieldThatDrivesTheSizeIsNamed() {
        assertDriver(
                Soda.builder()
                        .denoiser(UNetDenoiser.builder().multipliers(1, 2, 64).attention().build()),
                "denoiser.multipliers = [1, 2, 64]");
        assertDriver(
                Soda.builder().denoiser(UNetDenoiser.builder().blocks(60).build()),
                "denoiser.blocks = 60");
        assertDriver(
                Soda.builder()
                        .encoder(ResNetEncoder.builder().depth(101).widthMultiplier(16).build()),
                "encoder.widthMultiplier = 16.0 at depth 101");
        assertDriver(Soda.builder().latent(LatentLayout.of(65_536)), "latent size = 65536");
    }

    private static void assertDriver(SodaBuilder builder, String driver) {
        ModelShapes shapes = SodaBlocks.NONE.shapesOf(builder.config());
        assertThatThrownBy(() -> shapes.requireMemory(1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("most are due to " + driver);
    }

    /** The estimate is exact: the last byte decides. */
    @Test
    void theEstimateIsTheSizeOfTheParameters() {
        SodaBuilder builder = TinyModels.builder().modulation(LayerModulation.grouped(2));
        ModelShapes shapes = SodaBlocks.NONE.shapesOf(builder.config());
        long numbers;
        try (Soda soda = builder.build()) {
            numbers = soda.parameters().values().stream().mapToLong(a -> a.getShape().size()).sum();
        }
        assertThat(numbers).isGreaterThan(100_000);
        shapes.requireMemory(4 * numbers);
        assertThatThrownBy(() -> shapes.requireMemory(4 * numbers - 4))
                .hasMessageContaining("found " + numbers + " numbers");
    }
}
