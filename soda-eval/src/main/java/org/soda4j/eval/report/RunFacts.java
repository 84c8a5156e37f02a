package org.soda4j.eval.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.soda4j.Soda;
import org.soda4j.io.ConfigText;

/** What stands at the head of a report: data, length, model, machine and date. */
final class RunFacts {

    static final String DATA = "Data";
    static final String TRAINED = "Trained";
    static final String TIME = "Time";
    static final String MODEL = "Model";
    static final String DEVICE = "Device";
    static final String DATE = "Date";
    private static final int MINUTE_DIGITS = 16; // 2026-11-29T19:11

    private RunFacts() {}

    /** Of a folder, as far as its files tell; each may be missing. */
    static Map<String, String> of(Path run, RunHistory history) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        put(facts, DATA, data(json(run.resolve("data.json"))));
        facts.putAll(of(history));
        JsonNode config = json(run.resolve("config.json"));
        put(facts, MODEL, model(config.path("model")));
        JsonNode starts = json(run.resolve("environment.json")).path("starts");
        JsonNode start = starts.path(starts.size() - 1);
        put(facts, DEVICE, device(start, config.path("training").path("precision").asText()));
        String time = start.path("time").asText();
        if (time.length() >= MINUTE_DIGITS) {
            put(facts, DATE, minute(time));
        }
        return facts;
    }

    /** How long it was trained. */
    static Map<String, String> of(RunHistory history) {
        Map<String, String> facts = new LinkedHashMap<>();
        if (history.steps() > 0) {
            String planned =
                    history.totalSteps().isPresent()
                                    && history.totalSteps().getAsLong() > history.steps()
                            ? " of " + Digits.count(history.totalSteps().getAsLong())
                            : "";
            facts.put(
                    TRAINED,
                    "%s%s steps, %s images seen"
                            .formatted(
                                    Digits.count(history.steps()),
                                    planned,
                                    Digits.count(history.images())));
        }
        if (!history.time().isZero()) {
            put(facts, TIME, Digits.duration(history.time()));
        }
        return facts;
    }

    /** The model itself tells more than its configuration. */
    static String model(Soda soda) {
        List<Integer> shape = soda.config().denoiser().imageShape();
        return "%s million parameters, latent of %d numbers, images of %d x %d"
                .formatted(
                        Digits.value(soda.describe().parameterCount() / 1e6),
                        soda.config().latent().size(),
                        shape.get(1),
                        shape.get(2));
    }

    private static String model(JsonNode model) {
        JsonNode shape = model.path("denoiser").path("imageShape");
        int latent = 0;
        for (JsonNode section : model.path("latent")) {
            latent += section.asInt();
        }
        return shape.size() != 3
                ? ""
                : "latent of %d numbers, images of %d x %d"
                        .formatted(latent, shape.get(1).asInt(), shape.get(2).asInt());
    }

    private static String data(JsonNode data) {
        String kind = data.path("kind").asText();
        String name = kind;
        if (kind.equals("images")) {
            // Perhaps of a machine whose paths this one cannot have.
            String[] parts = data.path("path").asText().split("[/\\\\]");
            String folder = parts.length == 0 ? "" : parts[parts.length - 1];
            name = folder.isEmpty() ? kind : folder;
        }
        long images = data.path("images").asLong();
        return images > 0 ? "%s, %s images".formatted(name, Digits.count(images)) : name;
    }

    private static String device(JsonNode start, String precision) {
        String device = start.path("device").asText().replace("()", "").replaceAll("[()]", " ");
        if (device.isEmpty()) {
            return "";
        }
        List<String> parts = new ArrayList<>(List.of(device.strip()));
        if (device.startsWith("cpu") && start.path("cpus").isInt()) {
            parts.add(start.path("cpus").asInt() + " processors");
        }
        if (!precision.isEmpty()) {
            parts.add(precision);
        }
        return String.join(", ", parts);
    }

    static String date(Instant time) {
        return minute(time.toString());
    }

    private static String minute(String time) {
        return time.substring(0, MINUTE_DIGITS).replace('T', ' ') + " UTC";
    }

    private static JsonNode json(Path file) throws IOException {
        return Files.exists(file) ? ConfigText.readTree(file) : ConfigText.jsonTree("{}");
    }

    private static void put(Map<String, String> facts, String name, String value) {
        if (!value.isEmpty()) {
            facts.put(name, value);
        }
    }
}
