package org.soda4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Utf8TextTest {

    @TempDir Path folder;

    @Test
    void textIsReadAsItIs() throws IOException {
        Path file = folder.resolve("text");
        Files.writeString(file, "eins\r\nzw\u00f6lf\n\n\ud83d\ude00 last");
        assertThat(Utf8Text.read(file)).isEqualTo(Files.readString(file));
        List<String> lines = new ArrayList<>();
        Utf8Text.forEachLine(file, lines::add);
        assertThat(lines).isEqualTo(Files.readAllLines(file));
    }

    /** Also where a character is cut off by the end of the line or of the file. */
    @Test
    void theFirstWrongByteIsNamed() throws IOException {
        byte[] good = "first\nsecond \u00e4".getBytes(StandardCharsets.UTF_8);
        for (byte[] wrong : new byte[][] {{(byte) 0xff}, {(byte) 0xc3}, {(byte) 0xc3, '\n'}}) {
            Path file = folder.resolve("wrong");
            byte[] bytes = new byte[good.length + wrong.length];
            System.arraycopy(good, 0, bytes, 0, good.length);
            System.arraycopy(wrong, 0, bytes, good.length, wrong.length);
            Files.write(file, bytes);
            String message =
                    "%s: expected text in UTF-8, found byte 0x%02x at offset %d; save the file as UTF-8"
                            .formatted(file, wrong[0] & 0xff, good.length);
            assertThatThrownBy(() -> Utf8Text.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> Utf8Text.forEachLine(file, line -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessage(message);
        }
    }
}
