package org.soda4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tries whether results can be written, before work begins that would be lost. */
final class OutputCheck {

    private OutputCheck() {}

    /**
     * Makes a folder and tries to write into it.
     *
     * @throws IOException that names the option and the folder, if it cannot be done
     */
    static void folder(String option, Path folder) throws IOException {
        try {
            Files.createDirectories(folder.toAbsolutePath());
            Files.delete(Files.createTempFile(folder, ".writable", null));
        } catch (IOException e) {
            throw new IOException(
                    "%s: expected a folder that can be written, found %s (%s)"
                            .formatted(option, folder, e.getClass().getSimpleName()),
                    e);
        }
    }

    /**
     * Makes the folder of a file and tries to write into it.
     *
     * @throws IOException that names the option, if it cannot be done or the file is a folder
     */
    static void file(String option, Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(option + ": expected a file, found the folder " + file);
        }
        folder(option, file.toAbsolutePath().getParent());
    }
}
