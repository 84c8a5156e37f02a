package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the sources print is the same in every country, and says what is in it. */
class PrintedTextTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** What a German machine prints with a comma, or with a dot between thousands. */
    private static final Pattern BY_LOCALE =
            Pattern.compile("%(\\d+\\$)?[-#+0(]*(,[-#+0,(]*\\d*d|,?\\d*(\\.\\d+)?[feEgG])");

    /** Text in quotes, perhaps in several pieces, and what is done with it. */
    private static final String TEXT = "(?:\"(?:[^\"\\\\\n]|\\\\.)*\"[\\s+]*)+";

    private static final Pattern FORMATTED = Pattern.compile("(" + TEXT + ")\\.formatted\\(");
    private static final Pattern FORMAT =
            Pattern.compile("(?:String\\.format|\\.printf)\\(\\s*(" + TEXT + ")");

    /** A component that is an array, which a record prints as its address. */
    private static final Pattern ARRAY_RECORD =
            Pattern.compile("public record (\\w+)\\s*\\(([^)]*\\[\\][^)]*)\\)");

    @Test
    void numbersHaveADotInEveryCountry() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : sources()) {
            String text = Files.readString(file);
            for (Pattern call : List.of(FORMATTED, FORMAT)) {
                Matcher found = call.matcher(text);
                while (found.find()) {
                    if (BY_LOCALE.matcher(found.group(1)).find()) {
                        wrong.add(ROOT.relativize(file) + ": " + found.group(1).strip());
                    }
                }
            }
        }
        assertThat(wrong).as("expected String.format(Locale.ROOT, ...)").isEmpty();
    }

    @Test
    void theSearchFindsWhatItLooksFor() {
        for (String call :
                List.of("\"%.2f\".formatted(x)", "\"a %d\"\n + \"%,d\"\n.formatted(x)")) {
            Matcher found = FORMATTED.matcher(call);
            assertThat(found.find()).as(call).isTrue();
            assertThat(BY_LOCALE.matcher(found.group(1)).find()).as(call).isTrue();
        }
        Matcher found = FORMAT.matcher("out.printf(\n\"%8.1e%n\", x)");
        assertThat(found.find()).isTrue();
        assertThat(BY_LOCALE.matcher(found.group(1)).find()).isTrue();
        assertThat(BY_LOCALE.matcher("%d images, 50 % each, %s").find()).isFalse();
    }

    @Test
    void recordsWithArraysPrintThemselves() throws IOException {
        List<String> silent = new ArrayList<>();
        int seen = 0;
        for (Path file : sources()) {
            String text = Files.readString(file);
            Matcher found = ARRAY_RECORD.matcher(text);
            while (found.find()) {
                seen++;
                if (!text.substring(found.end()).contains("public String toString()")) {
                    silent.add(found.group(1));
                }
            }
        }
        assertThat(silent).isEmpty();
        assertThat(seen).isGreaterThan(10);
    }

    private static List<Path> sources() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String module :
                List.of("soda-core", "soda-models", "soda-data", "soda-eval", "examples")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
            }
        }
        return all;
    }
}
