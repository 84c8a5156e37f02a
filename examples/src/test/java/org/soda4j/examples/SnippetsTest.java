package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Java in the README, the docs and the front doors' class comments compiles, and the first runs.
 */
class SnippetsTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern FENCED = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern COMMENT =
            Pattern.compile("<pre>\\{@code\n(.*?)\n \\* }</pre>", Pattern.DOTALL);

    /** What a reader takes from a page for all snippets. */
    private static final Pattern SHOWN =
            Pattern.compile("## The imports of the snippets\n.*?```java\n(.*?)```", Pattern.DOTALL);

    /** Libraries that few snippets need; their pages name them. */
    private static final String OPTIONAL =
            """
            import org.apache.spark.sql.SparkSession;
            import org.soda4j.eval.langchain4j.*;
            import org.soda4j.eval.spark.*;
            import dev.langchain4j.data.embedding.Embedding;
            import dev.langchain4j.data.message.ImageContent;
            import dev.langchain4j.model.embedding.EmbeddingModel;
            import dev.langchain4j.model.embedding.request.*;
            import dev.langchain4j.store.embedding.*;
            import org.apache.lucene.document.*;
            import org.apache.lucene.index.*;
            import org.apache.lucene.search.*;
            import org.apache.lucene.store.FSDirectory;
            """;

    /** What the comments of front doors presuppose. */
    private static final String GIVEN =
            "Soda soda = null; ViewPairs pairs = null; ImageDataset images = null;"
                    + " Path folder = null;\n";

    @TempDir private Path classes;

    @TestFactory
    Stream<DynamicTest> markdownCompiles() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages()) {
            Matcher block = FENCED.matcher(Files.readString(page));
            for (int i = 1; block.find(); i++) {
                String code = block.group(1);
                if (code.startsWith("import ")) {
                    continue; // A whole class, which PagesTest compares with the consumer's.
                }
                tests.add(
                        DynamicTest.dynamicTest(
                                ROOT.relativize(page) + " " + i, () -> compile("", code)));
            }
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(4);
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> classCommentsCompile() {
        return Stream.of(
                        "soda-core/src/main/java/org/soda4j/Soda.java",
                        "soda-core/src/main/java/org/soda4j/ImageEncodingTranslatorFactory.java",
                        "soda-core/src/main/java/org/soda4j/training/SodaTrainer.java",
                        "soda-eval/src/main/java/org/soda4j/eval/feature/FeatureExtractor.java",
                        "soda-eval/src/main/java/org/soda4j/eval/onnx/OnnxExport.java")
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        file,
                                        () -> {
                                            String text = Files.readString(ROOT.resolve(file));
                                            Matcher comment = COMMENT.matcher(text);
                                            assertThat(comment.find()).isTrue();
                                            String code =
                                                    comment.group(1).replaceAll("(?m)^ \\* ?", "");
                                            compile(file.endsWith("/Soda.java") ? "" : GIVEN, code);
                                        }));
    }

    @Test
    void firstSnippetOfTheReadmeRuns() throws Exception {
        Matcher block = FENCED.matcher(Files.readString(ROOT.resolve("README.md")));
        assertThat(block.find()).isTrue();
        compile("", block.group(1));
        URL[] path = {classes.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
            Method run = loader.loadClass("Snippet").getDeclaredMethod("run");
            run.invoke(null);
        }
    }

    static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")),
                            docs.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }

    private static String imports() throws IOException {
        Matcher shown = SHOWN.matcher(Files.readString(ROOT.resolve("docs/getting-started.md")));
        assertThat(shown.find()).isTrue();
        return shown.group(1);
    }

    private void compile(String given, String code) throws IOException {
        String body =
                code.startsWith("static ")
                        ? code
                        : "public static void run() throws Exception {\n" + given + code + "\n}\n";
        String source = imports() + OPTIONAL + "public class Snippet {\n" + body + "}\n";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        JavaFileObject file =
                new SimpleJavaFileObject(
                        URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        boolean compiled =
                compiler.getTask(
                                messages,
                                null,
                                null,
                                List.of("-d", classes.toString(), "-proc:none"),
                                null,
                                List.of(file))
                        .call();
        assertThat(compiled).as(messages + source).isTrue();
    }
}
