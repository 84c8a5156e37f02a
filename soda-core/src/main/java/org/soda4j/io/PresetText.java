package org.soda4j.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.soda4j.engine.Internal;

/** The files of the presets, as they are written. */
@Internal
public final class PresetText {

    private PresetText() {}

    /**
     * Reads a preset's file.
     *
     * @param name of one that this library has
     * @return YAML text, with its comments
     */
    public static String read(String name) {
        String file = "/org/soda4j/presets/" + name + ".yaml";
        try (InputStream in = PresetText.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("preset " + name + " cannot be read", e);
        }
    }
}
