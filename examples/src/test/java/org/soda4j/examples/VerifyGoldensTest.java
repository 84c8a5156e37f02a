package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.io.ConfigText;
import org.soda4j.io.Safetensors;
import picocli.CommandLine;

class VerifyGoldensTest {

    @TempDir private Path folder;

    /** A part of the references; every kind of model case, and a trainer of three steps. */
    @Test
    void referencesPass() throws URISyntaxException {
        Path golden = Path.of(Objects.requireNonNull(getClass().getResource("/golden")).toURI());
        StringWriter out = new StringWriter();
        int code = run(out, golden.toString());
        assertThat(code).as(out.toString()).isZero();
        assertThat(out.toString())
                .contains("eps_section_masked", "latent_train", "first_step", "ema_digest")
                .doesNotContain("FAILED");
    }

    @Test
    void aWrongWeightFails() throws IOException, URISyntaxException {
        Path golden =
                Path.of(
                        Objects.requireNonNull(
                                        getClass().getResource("/golden/schedules.safetensors"))
                                .toURI());
        byte[] bytes = Files.readAllBytes(golden);
        bytes[bytes.length - 1] ^= 0x10; // the exponent of the last number
        Files.write(folder.resolve("schedules.safetensors"), bytes);
        StringWriter out = new StringWriter();
        assertThat(run(out, folder.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("FAILED").containsPattern("compared, 1 failed\\R$");
        StringWriter json = new StringWriter();
        assertThat(run(json, folder.toString(), "--json")).isEqualTo(1);
        assertThat(ConfigText.jsonTree(json.toString()))
                .anySatisfy(check -> assertThat(check.path("passed").asBoolean(true)).isFalse());
    }

    @Test
    void anUnknownKindFails() throws IOException {
        Safetensors.write(
                folder.resolve("new.safetensors"),
                Map.of(),
                Map.of("config", "{\"kind\":\"new\"}"));
        StringWriter out = new StringWriter();
        assertThat(run(out, folder.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("found new");
    }

    private static int run(StringWriter out, String... args) {
        return new CommandLine(new VerifyGoldens()).setOut(new PrintWriter(out)).execute(args);
    }
}
