package org.soda4j.training.run;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.soda4j.engine.Internal;

/**
 * A place where two JSON documents are not the same.
 *
 * @param pointer where, as a JSON pointer (RFC 6901)
 * @param expected what the first document has there
 * @param found what the second document has there
 */
@Internal
public record JsonDifference(String pointer, JsonNode expected, JsonNode found) {

    /** All differences, fields in the order of their names; 1 and 1.0 are the same number. */
    public static List<JsonDifference> between(JsonNode expected, JsonNode found) {
        List<JsonDifference> differences = new ArrayList<>();
        collect(JsonPointer.empty(), expected, found, differences);
        return differences;
    }

    private static void collect(
            JsonPointer pointer, JsonNode expected, JsonNode found, List<JsonDifference> out) {
        if (expected.isObject() && found.isObject()) {
            Set<String> names = new TreeSet<>();
            expected.fieldNames().forEachRemaining(names::add);
            found.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                collect(pointer.appendProperty(name), expected.path(name), found.path(name), out);
            }
        } else if (expected.isArray() && found.isArray()) {
            for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
                collect(pointer.appendIndex(i), expected.path(i), found.path(i), out);
            }
        } else if (!same(expected, found)) {
            out.add(new JsonDifference(pointer.toString(), expected, found));
        }
    }

    private static boolean same(JsonNode expected, JsonNode found) {
        if (expected.isNumber() && found.isNumber()) {
            return expected.decimalValue().compareTo(found.decimalValue()) == 0;
        }
        return expected.equals(found);
    }

    @Override
    public String toString() {
        return pointer + ": expected " + text(expected) + ", found " + text(found);
    }

    private static String text(JsonNode node) {
        return node instanceof MissingNode ? "nothing" : node.toString();
    }
}
