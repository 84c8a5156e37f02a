package org.soda4j.eval.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.fuzz.MalformedFiles;

/** Reads mutated files with every reader of the libraries ({@link MalformedFiles}). */
class MalformedFilesTest {

    /** Two hours are far more than the hour of the profile. */
    @Test
    @Timeout(value = 7200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyReaderReadsOrRefuses(@TempDir Path folder) throws IOException {
        MalformedFiles.read(Targets.all(folder), folder);
    }
}
