package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Precision;

class ProcessorTest {

    @TempDir private Path folder;

    @Test
    void flagsAreWholeWords() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("cpuinfo"),
                        "model name\t: amx_tile\nflags\t\t: fpu avx512_bf16_more avx2\n\nflags\t\t: b\n");
        assertThat(Processor.flags(file))
                .containsExactlyInAnyOrder("flags", "fpu", "avx512_bf16_more", "avx2");
    }

    @Test
    void otherSystemsSayNothing() throws IOException {
        assertThat(Processor.flags(folder.resolve("none"))).isEmpty();
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThat(Processor.flags(binary)).isEmpty();
    }

    @Test
    void precisionFollowsTheProcessor() {
        Precision expected = Processor.hasBfloat16() ? Precision.BF16 : Precision.FP32;
        assertThat(Precision.fasterOn(Device.cpu())).isEqualTo(expected);
        assertThat(Precision.fasterOn(Device.gpu())).isEqualTo(Precision.FP32);
    }
}
