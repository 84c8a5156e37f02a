package org.soda4j.examples.export;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.soda4j.image.ImagePreparation;
import org.soda4j.image.ImagePreparation.Fit;

/** The program that encodes files in Python, prepared as a model wants it. */
public final class PythonProgram {

    private static final String MARK = "  #if ";

    private PythonProgram() {}

    /** Its text; lines that a preparation does not need are left out. */
    public static String of(ImagePreparation preparation) throws IOException {
        Map<String, Boolean> wanted =
                Map.of(
                        "upright",
                        preparation.upright(),
                        "background",
                        preparation.background() != null,
                        "crop",
                        preparation.fit() == Fit.CROP);
        String text = new String(PageFiles.resource("encode.py"), StandardCharsets.UTF_8);
        return text.lines()
                        .filter(line -> !line.contains(MARK) || wanted.get(condition(line)))
                        .map(line -> line.contains(MARK) ? withoutMark(line) : line)
                        .collect(Collectors.joining("\n"))
                        .replace("BACKGROUND", String.valueOf(preparation.background()))
                + "\n";
    }

    private static String condition(String line) {
        return line.substring(line.indexOf(MARK) + MARK.length());
    }

    private static String withoutMark(String line) {
        return line.substring(0, line.indexOf(MARK));
    }
}
