package org.soda4j.eval.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.eval.search.FeatureSpace;
import org.soda4j.eval.search.ImageIndex;
import org.soda4j.eval.search.ImageIndexWriter;
import org.soda4j.eval.search.ImageQuery;
import org.soda4j.eval.search.IndexedImage;
import org.soda4j.fuzz.Target;

/** Readers of saved models, of others' weights and of search indices. */
final class ModelTargets {

    private static final Set<Class<? extends Exception>> MODEL =
            Set.of(IOException.class, IllegalArgumentException.class);
    private static final FeatureSpace SPACE = new FeatureSpace("model", "as it is", 4, List.of(4));

    private final Path folder;
    private final List<Target> targets = new ArrayList<>();

    private ModelTargets(Path folder) {
        this.folder = folder;
    }

    static List<Target> all(Path folder) throws IOException {
        ModelTargets all = new ModelTargets(folder);
        all.addModel();
        all.addIndex();
        return all.targets;
    }

    private void add(String name, int inputs, Path replaced, Target.Reader reader)
            throws IOException {
        byte[] valid = Files.readAllBytes(replaced);
        boolean text = name.startsWith("json");
        Target.Reader replacing =
                file -> {
                    Files.write(replaced, Files.readAllBytes(file));
                    try {
                        reader.read(replaced);
                    } finally {
                        Files.write(replaced, valid);
                    }
                };
        UnaryOperator<byte[]> asItIs = UnaryOperator.identity();
        targets.add(new Target(name, inputs, List.of(valid), text, asItIs, replacing, MODEL));
    }

    private void addModel() throws IOException {
        Path model = folder.resolve("model");
        try (Soda soda = TinyModels.builder().build()) {
            soda.save(model);
        }
        Target.Reader load = file -> Soda.load(model).close();
        add("json of a model", 300, model.resolve("config.json"), load);
        Path weights = model.resolve("model.safetensors");
        add("safetensors of a model", 100, weights, load);
        add(
                "safetensors of weights",
                100,
                weights,
                file -> {
                    try (Soda soda = TinyModels.builder().build()) {
                        soda.importMatchingWeights(file);
                    }
                });
    }

    private void addIndex() throws IOException {
        Path index = folder.resolve("index");
        try (ImageIndex made = ImageIndex.create(index, SPACE, 1000);
                ImageIndexWriter writer = made.writer()) {
            for (int i = 0; i < 5; i++) {
                float[] features = {i, 1, -i, 0.5f};
                writer.put(new IndexedImage("a/" + i, features, "a", Map.of("n", "" + i)));
            }
            writer.commit();
        }
        Target.Reader search =
                file -> {
                    try (ImageIndex opened = ImageIndex.open(index)) {
                        float[] query = new float[opened.space().width()];
                        Arrays.fill(query, 1);
                        opened.search(ImageQuery.ofVectors(opened.space(), query).k(3));
                    }
                };
        try (Stream<Path> files = Files.list(index)) {
            for (Path file : files.filter(f -> !f.endsWith("write.lock")).sorted().toList()) {
                String name = file.getFileName().toString();
                String kind = name.endsWith(".json") ? "json" : "index";
                add(kind + " of " + name, 400, file, search);
            }
        }
    }
}
