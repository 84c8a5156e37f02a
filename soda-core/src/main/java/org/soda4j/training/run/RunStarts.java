package org.soda4j.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.io.AtomicFile;

/** {@code environment.json}: where and when each start of a run was. */
final class RunStarts {

    private static final Logger LOGGER = LoggerFactory.getLogger(RunStarts.class);

    private RunStarts() {}

    /** Adds a start, and warns of what is different from the one before. */
    static void add(Path file, RunEnvironment environment, Instant time) throws IOException {
        ObjectNode document = RunJson.MAPPER.createObjectNode();
        ArrayNode starts = document.putArray("starts");
        if (Files.exists(file)) {
            JsonNode earlier = RunJson.readTree(file).path("starts");
            earlier.forEach(starts::add);
        }
        ObjectNode start = RunJson.MAPPER.createObjectNode();
        start.put("time", time.toString());
        start.setAll((ObjectNode) RunJson.MAPPER.valueToTree(environment));
        if (!starts.isEmpty()) {
            warnOfChanges(starts.get(starts.size() - 1), start);
        }
        starts.add(start);
        AtomicFile.write(file, RunJson.bytes(document, "the environment"));
    }

    private static void warnOfChanges(JsonNode before, ObjectNode start) {
        List<String> changes =
                JsonDifference.between(before, start).stream()
                        .filter(difference -> !difference.pointer().equals("/time"))
                        // What an older version did not record may be the same.
                        .filter(difference -> !difference.expected().isMissingNode())
                        .map(JsonDifference::toString)
                        .toList();
        if (!changes.isEmpty()) {
            LOGGER.warn(
                    "The run goes on in another environment, so it may not be repeatable bit for"
                            + " bit: {}",
                    String.join("; ", changes));
        }
    }
}
