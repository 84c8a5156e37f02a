package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.text.TextContentRenderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The README and the pages of docs: links lead somewhere, and what they quote is there. */
class PagesTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path CONSUMER = ROOT.resolve("examples/consumer/src/it/first-afternoon");
    private static final Path TROUBLESHOOTING = ROOT.resolve("docs/troubleshooting.md");
    private static final Parser PARSER =
            Parser.builder().extensions(List.of(TablesExtension.create())).build();

    static List<Path> pages() throws IOException {
        return SnippetsTest.pages();
    }

    private static Node parse(Path page) throws IOException {
        return PARSER.parse(Files.readString(page));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadToFilesAndHeadings(Path page) throws IOException {
        List<String> targets = new ArrayList<>();
        parse(page)
                .accept(
                        new AbstractVisitor() {
                            @Override
                            public void visit(Link link) {
                                targets.add(link.getDestination());
                            }

                            @Override
                            public void visit(Image image) {
                                targets.add(image.getDestination());
                            }
                        });
        for (String target : targets) {
            if (target.matches("https?://.*")) {
                continue;
            }
            String[] parts = target.split("#", 2);
            Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
            assertThat(file).as("link " + target).exists();
            if (parts.length == 2) {
                assertThat(anchors(file)).as("headings for " + target).contains(parts[1]);
            }
        }
    }

    /** As GitHub and GitLab make them: lower case, hyphens for blanks, no other signs. */
    private static Set<String> anchors(Path page) throws IOException {
        Set<String> anchors = new HashSet<>();
        TextContentRenderer text = TextContentRenderer.builder().build();
        parse(page)
                .accept(
                        new AbstractVisitor() {
                            @Override
                            public void visit(Heading heading) {
                                anchors.add(
                                        text.render(heading)
                                                .strip()
                                                .toLowerCase(Locale.ROOT)
                                                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                                                .replace(' ', '-'));
                            }
                        });
        return anchors;
    }

    @Test
    void everyPageIsInTheIndex() throws IOException {
        for (String folder : List.of("docs", "docs/notes")) {
            String index = Files.readString(ROOT.resolve(folder).resolve("README.md"));
            for (Path page : pages()) {
                if (page.getParent().equals(ROOT.resolve(folder)) && !page.endsWith("README.md")) {
                    assertThat(index).contains("(" + page.getFileName() + ")");
                }
            }
        }
    }

    /** So what the page shows is what the consumer's test builds and runs. */
    @Test
    void gettingStartedShowsTheConsumer() throws IOException {
        List<String> blocks = new ArrayList<>();
        parse(ROOT.resolve("docs/getting-started.md"))
                .accept(
                        new AbstractVisitor() {
                            @Override
                            public void visit(FencedCodeBlock block) {
                                blocks.add(block.getLiteral());
                            }
                        });
        assertThat(blocks)
                .contains(
                        Files.readString(CONSUMER.resolve("pom.xml")),
                        Files.readString(CONSUMER.resolve("src/main/java/FirstAfternoon.java")));
    }

    /** A preset's training on views of other statistics or augmentation is another recipe. */
    @ParameterizedTest
    @MethodSource("pages")
    void programsTakeAllPartsOfARecipe(Path page) throws IOException {
        Pattern program = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
        Matcher block = program.matcher(Files.readString(page));
        while (block.find()) {
            String code = block.group(1);
            if (code.contains("ViewPairs.builder(") && code.contains("SodaTrainer.builder(")) {
                assertThat(code)
                        .contains(
                                "RunConfig.preset(",
                                ".config(recipe.model())",
                                ".config(recipe.training())",
                                ".normalization(recipe.model().normalization())",
                                ".augmentation(recipe.training().augmentation())");
            }
        }
    }

    /** The number is written out in several places; a release changes all of them. */
    @Test
    void versionsAreThisOne() throws IOException {
        Pattern own =
                Pattern.compile("<artifactId>soda-\\w+</artifactId>\\s*<version>([^<]+)</version>");
        Matcher parent = own.matcher(Files.readString(ROOT.resolve("examples/pom.xml")));
        assertThat(parent.find()).isTrue();
        for (String page : List.of("README.md", "docs/getting-started.md")) {
            Matcher shown = own.matcher(Files.readString(ROOT.resolve(page)));
            assertThat(shown.find()).as(page).isTrue();
            assertThat(shown.group(1)).as(page).isEqualTo(parent.group(1));
        }
    }

    /** Every message that the page says is ours stands in the sources; "..." is for values. */
    @Test
    void messagesAreThoseOfTheSources() throws IOException {
        String sources = sources();
        String page = Files.readString(TROUBLESHOOTING);
        String ours = page.substring(page.indexOf("## Engine and devices"));
        List<String> missing = new ArrayList<>();
        Matcher row = Pattern.compile("(?m)^\\| `([^`]+)` \\|").matcher(ours);
        int rows = 0;
        while (row.find()) {
            rows++;
            for (String part : row.group(1).split(Pattern.quote("..."))) {
                if (part.strip().length() > 3 && !sources.contains(part.strip())) {
                    missing.add(part.strip());
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(rows).isGreaterThan(20);
    }

    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String module : List.of("soda-core", "soda-data", "soda-eval", "examples")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java"))
                                .collect(Collectors.toList())) {
                    all.append(Files.readString(file));
                }
            }
        }
        return all.toString().replaceAll("\"\\s*\\+\\s*\"", "");
    }

    /** Options that a page names exist in some example. */
    @ParameterizedTest
    @MethodSource("pages")
    void optionsOfExamplesExist(Path page) throws IOException {
        Set<String> known = new HashSet<>();
        addOptions(Examples.commandLine(new Examples()), known);
        Set<String> foreign =
                Set.of(
                        "--hostfile",
                        "--mca",
                        "--data-binary",
                        "--jars",
                        "--class",
                        "--add-modules",
                        "--enable-native-access",
                        "--sun-misc-unsafe-memory-access",
                        "--version");
        List<String> named = new ArrayList<>();
        parse(page)
                .accept(
                        new AbstractVisitor() {
                            @Override
                            public void visit(Code code) {
                                collect(code.getLiteral());
                            }

                            @Override
                            public void visit(FencedCodeBlock block) {
                                if (block.getInfo().isEmpty()) {
                                    collect(block.getLiteral());
                                }
                            }

                            private void collect(String text) {
                                Matcher option =
                                        Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]+")
                                                .matcher(text);
                                while (option.find()) {
                                    named.add(option.group());
                                }
                            }
                        });
        assertThat(named).allMatch(option -> known.contains(option) || foreign.contains(option));
    }

    private static void addOptions(CommandLine command, Set<String> known) {
        known.addAll(command.getCommandSpec().optionsMap().keySet());
        command.getSubcommands().values().forEach(each -> addOptions(each, known));
    }

    /** Where a newcomer is sent to a class, there is one. */
    @ParameterizedTest
    @ValueSource(strings = {"README.md", "CONTRIBUTING.md"})
    void classesThatAreNamedExist(String page) throws IOException {
        Set<String> known = new HashSet<>(Set.of("Criteria", "Predictor", "README", "CHANGELOG"));
        try (Stream<Path> files = Files.walk(ROOT)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .forEach(name -> known.add(name.replace(".java", "")));
        }
        List<String> named = new ArrayList<>();
        parse(ROOT.resolve(page))
                .accept(
                        new AbstractVisitor() {
                            @Override
                            public void visit(Code code) {
                                if (code.getLiteral().matches("[A-Z]\\w+(\\.\\w+)?")) {
                                    named.add(code.getLiteral().replaceFirst("\\..*", ""));
                                }
                            }
                        });
        assertThat(named).isNotEmpty().isSubsetOf(known);
    }
}
