package org.soda4j.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tries whether results can be written, before work begins that would be lost. */
public final class OutputCheck {

    private OutputCheck() {}

    /**
     * Makes a folder and tries to write into it.
     *
     * @throws IOException that names the option and the folder, if it cannot be done
     */
    public static void folder(String option, Path folder) throws IOException {
        newFolder(option, folder);
        Files.createDirectories(folder.toAbsolutePath());
    }

    /**
     * Tries whether a folder could be made and written, and leaves nothing behind.
     *
     * @throws IOException that names the option and the folder, if it could not
     */
    public static void newFolder(String option, Path folder) throws IOException {
        Path wanted = folder.toAbsolutePath().normalize();
        Path existing = wanted;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null) {
            throw refused(option, folder + ", of which nothing exists");
        }
        boolean made = existing.equals(wanted);
        if (!Files.isDirectory(existing)) {
            throw refused(
                    option, made ? "the file " + folder : below(folder, "the file", existing));
        }
        try {
            Files.delete(Files.createTempFile(existing, ".writable", null));
        } catch (IOException e) {
            throw refused(
                    option, made ? folder + ", which cannot be" : below(folder, "", existing));
        }
    }

    private static String below(Path folder, String kind, Path existing) {
        return "%s, which cannot be created below %s"
                .formatted(folder, (kind + " " + existing).strip());
    }

    private static IOException refused(String option, String found) {
        return new IOException(
                "%s: expected a folder that can be written, found %s".formatted(option, found));
    }

    /**
     * Makes the folder of a file and tries to write into it.
     *
     * @throws IOException that names the option, if it cannot be done or the file is a folder
     */
    public static void file(String option, Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(option + ": expected a file, found the folder " + file);
        }
        folder(option, file.toAbsolutePath().getParent());
    }
}
