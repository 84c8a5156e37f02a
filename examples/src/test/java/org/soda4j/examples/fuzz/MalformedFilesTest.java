package org.soda4j.examples.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.fuzz.MalformedFiles;
import org.soda4j.fuzz.Target;

/** Reads mutated files of the programs, and mutated requests to the page of {@code explore}. */
class MalformedFilesTest {

    /** Two hours are far more than the hour of the profile. */
    @Test
    @Timeout(value = 7200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyReaderReadsOrRefuses(@TempDir Path folder) throws IOException {
        try (ExploreTargets explore = new ExploreTargets()) {
            List<Target> targets = new ArrayList<>(explore.all());
            targets.addAll(RunTargets.all(folder));
            MalformedFiles.read(targets, folder);
        }
    }
}
