package org.soda4j.io;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no safetensors is called by its name, whatever it is called. */
class ForeignFormatTest {

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PK\\3\\4\\24\\0\\0\\10\\10\\0archive/data.pkl|found a zip archive, such as torch.save|torch.load",
                "\\200\\2\\212\\12l\\374\\234F\\371 j\\250P\\31.|found a pickle of Python|torch.load",
                "\\200\\4N.|found a pickle of Python|torch.load",
                "version https://git-lfs.github.com/spec/v1 oid sha256:4d7a|found a pointer of Git LFS|git lfs pull",
                "<!DOCTYPE html><html><body>404|found a page of HTML|download the file again",
                "\\12 <HTML>sign in|found a page of HTML|download the file again",
                "{\"error\": \"not found\"}|found text, such as a server's answer|download",
                "\\211HDF\\15\\12\\32\\12\\0\\0\\0\\0|found an HDF5 file|convert",
                "\\223NUMPY\\1\\0v\\0{'descr'|found an array of NumPy|save_file",
                "\\37\\213\\10\\0\\0\\0\\1\\2\\3|found a file packed by gzip|gunzip"
            })
    void isNamed(String escaped, String name, String advice) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.write(file, escaped.translateEscapes().getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageStartingWith(file + ": expected safetensors, found ")
                .hasMessageContainingAll(name, advice);
    }
}
