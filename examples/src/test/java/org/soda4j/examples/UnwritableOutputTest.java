package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.examples.cli.OutputCheck;

/** A result that cannot be written is noticed before there is anything to lose. */
class UnwritableOutputTest {

    @TempDir Path folder;

    /** BLOCKED lies below a file, RUN tells where images are that are not there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "quickstart --out BLOCKED",
                "train --images RUN --out BLOCKED",
                "evaluate RUN --out BLOCKED/report.html",
                "encode RUN --images RUN --out BLOCKED/features.npz",
                "probe RUN --report BLOCKED/report.html",
                "show-views --root RUN --out BLOCKED/views.png",
                "latent-tour --out BLOCKED",
                "novel-views --out BLOCKED",
                "growth --out BLOCKED/growth.png"
            })
    void isSaidInOneLineWithExitCodeOne(String command) throws Exception {
        Path run = Files.createDirectory(folder.resolve("run"));
        Files.writeString(
                run.resolve("data.json"), "{\"kind\": \"images\", \"path\": \"nowhere\"}");
        Path blocked = Files.createFile(folder.resolve("file")).resolve("below");
        String words = command.replace("BLOCKED", blocked.toString()).replace("RUN", "" + run);
        assertThat(ErrorOutput.line(words, 1))
                .doesNotContain("Exception")
                .contains(": expected a folder that can be written, found " + blocked)
                .endsWith("cannot be created below the file " + blocked.getParent());
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> OutputCheck.folder("--out", file))
                .hasMessage("--out: expected a folder that can be written, found the file " + file);
        Path made = folder.resolve("not/yet");
        OutputCheck.newFolder("--out", made);
        assertThat(made.getParent()).doesNotExist();
        OutputCheck.folder("--out", made);
        assertThat(made).isEmptyDirectory();
    }
}
