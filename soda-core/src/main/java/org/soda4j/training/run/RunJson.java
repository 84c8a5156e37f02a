package org.soda4j.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.soda4j.io.Utf8Text;

/** The JSON of a run folder's files. */
final class RunJson {

    static final ObjectMapper MAPPER = JsonMapper.builder().findAndAddModules().build();

    private RunJson() {}

    static JsonNode readTree(Path file) throws IOException {
        try {
            return MAPPER.readTree(Utf8Text.read(file));
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Indented, for people. */
    static byte[] bytes(Object value, String what) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    what + " cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }
}
