package org.soda4j.examples.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.examples.export.ModelCard;
import org.soda4j.examples.search.IndexSourceTarget;
import org.soda4j.examples.training.TrainingImages;
import org.soda4j.fuzz.Target;

/** Readers of what {@code train} and {@code search build} write beside models and indices. */
final class RunTargets {

    static final Set<Class<? extends Exception>> FILE =
            Set.of(IOException.class, IllegalArgumentException.class);

    private static final String DATA =
            """
            {"kind": "images", "path": "photos/holidays", "probeImages": 500, "images": 1200}
            """;
    private static final String METRICS =
            """
            {"type":"step","step":1,"images":64,"loss":0.5}
            {"type":"evaluation","step":1,"images":64,"knn.accuracy":0.25,"seconds":3}
            """;

    private RunTargets() {}

    static List<Target> all(Path folder) throws IOException {
        Path run = Files.createDirectories(folder.resolve("run"));
        List<Target> targets = new ArrayList<>();
        targets.add(
                text(
                        "json of data",
                        1000,
                        DATA,
                        file -> {
                            Files.write(run.resolve("data.json"), Files.readAllBytes(file));
                            TrainingImages.ofRun(run).name();
                        }));
        targets.add(text("json of data in a card", 200, DATA, file -> card(run, file, null)));
        targets.add(
                text("jsonl of metrics in a card", 200, METRICS, file -> card(run, null, file)));
        targets.add(
                text(
                        "json of the source of an index",
                        1000,
                        IndexSourceTarget.SEED,
                        file -> IndexSourceTarget.read(folder, file)));
        return targets;
    }

    private static void card(Path run, Path data, Path metrics) throws IOException {
        Files.write(
                run.resolve("data.json"),
                data == null ? DATA.getBytes(StandardCharsets.UTF_8) : Files.readAllBytes(data));
        Files.write(
                run.resolve("metrics.jsonl"),
                metrics == null
                        ? METRICS.getBytes(StandardCharsets.UTF_8)
                        : Files.readAllBytes(metrics));
        try (Soda soda = TinyModels.builder().build()) {
            new ModelCard(soda, run, null, List.of()).text();
        }
    }

    private static Target text(String name, int inputs, String seed, Target.Reader reader) {
        return new Target(
                name,
                inputs,
                List.of(seed.getBytes(StandardCharsets.UTF_8)),
                true,
                UnaryOperator.identity(),
                reader,
                FILE);
    }
}
