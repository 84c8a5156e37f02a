package org.soda4j.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import org.soda4j.engine.Internal;

/**
 * Configurations as JSON or YAML text. Unknown and repeated fields, trailing text and values out of
 * range are refused with an {@link IllegalArgumentException} that names the field.
 */
@Internal
public final class ConfigText {

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .build();
    private static final ObjectMapper YAML =
            YAMLMapper.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private ConfigText() {}

    /**
     * Reads a file as a tree, without looking at what its fields mean.
     *
     * @param file {@code .json}, or YAML with any other name
     * @return the tree
     * @throws IOException if the file cannot be read or is not UTF-8; names the file and the byte
     * @throws IllegalArgumentException if it is no JSON or YAML; names the file
     */
    public static JsonNode readTree(Path file) throws IOException {
        String text = Utf8Text.read(file);
        try {
            return file.getFileName().toString().endsWith(".json")
                    ? parse(JSON, text)
                    : parse(YAML, text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads a file.
     *
     * @param <T> the configuration's type
     * @param file {@code .json}, or YAML with any other name
     * @param type the configuration's type
     * @return the configuration
     * @throws IOException if the file cannot be read or is not UTF-8; names the file and the byte
     * @throws IllegalArgumentException if it is not a configuration; names the file and the field
     */
    public static <T> T read(Path file, Class<T> type) throws IOException {
        JsonNode tree = readTree(file);
        try {
            return fromTree(tree, type);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Parses JSON text as a tree.
     *
     * @param json the text
     * @return the tree
     * @throws IllegalArgumentException if it is no JSON
     */
    public static JsonNode jsonTree(String json) {
        return parse(JSON, json);
    }

    /**
     * Parses YAML text as a tree.
     *
     * @param yaml the text
     * @return the tree
     * @throws IllegalArgumentException if it is no YAML
     */
    public static JsonNode yamlTree(String yaml) {
        return parse(YAML, yaml);
    }

    /**
     * Gives a tree its meaning.
     *
     * @param <T> the configuration's type
     * @param tree the tree
     * @param type the configuration's type
     * @return the configuration
     * @throws IllegalArgumentException if it is not a configuration; names the field
     */
    public static <T> T fromTree(JsonNode tree, Class<T> type) {
        if (!tree.isObject()) {
            throw new IllegalArgumentException(
                    "configuration: expected an object, found "
                            + (tree.isMissingNode() ? "nothing" : tree));
        }
        try {
            return JSON.treeToValue(tree, type);
        } catch (JsonMappingException e) {
            throw new IllegalArgumentException(
                    "configuration field " + pointer(e) + ": " + message(e, tree), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("configuration: " + e.getMessage(), e);
        }
    }

    /**
     * Writes a configuration, defaults included.
     *
     * @param config whatever Jackson can write
     * @return indented JSON text
     */
    public static String toJson(Object config) {
        return write(JSON, config);
    }

    /**
     * Writes a configuration, defaults included.
     *
     * @param config whatever Jackson can write
     * @return YAML text
     */
    public static String toYaml(Object config) {
        return write(YAML, config);
    }

    private static JsonNode parse(ObjectMapper mapper, String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("configuration: " + e.getMessage(), e);
        }
    }

    private static String write(ObjectMapper mapper, Object config) {
        try {
            return mapper.writeValueAsString(config);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a configuration that cannot be written", e);
        }
    }

    private static String pointer(JsonMappingException e) {
        StringBuilder field = new StringBuilder();
        for (JsonMappingException.Reference part : e.getPath()) {
            field.append('/')
                    .append(part.getFieldName() == null ? part.getIndex() : part.getFieldName());
        }
        return field.toString();
    }

    /** What the configuration's own check says, where it was that. */
    private static String message(JsonMappingException e, JsonNode tree) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "expected one of %s, found %s"
                    .formatted(
                            unknown.getKnownPropertyIds().stream()
                                    .map(Object::toString)
                                    .sorted()
                                    .toList(),
                            unknown.getPropertyName());
        }
        Throwable cause = e.getCause();
        if (cause instanceof IllegalArgumentException || cause instanceof IllegalStateException) {
            return cause.getMessage();
        }
        JsonNode found = tree.at(pointer(e));
        if (e instanceof MismatchedInputException mismatch && !found.isMissingNode()) {
            return "expected %s, found %s"
                    .formatted(expected(valueType(mismatch), found), shown(found));
        }
        return e.getOriginalMessage();
    }

    /** Of an element of an array Jackson names the array. */
    private static Class<?> valueType(MismatchedInputException e) {
        Class<?> type = e.getTargetType();
        boolean element = e.getPath().get(e.getPath().size() - 1).getFieldName() == null;
        return type != null && type.isArray() && element ? type.getComponentType() : type;
    }

    /** A kind of value in words: Jackson's own message would name a Java class. */
    private static String expected(Class<?> type, JsonNode found) {
        if (type == null) {
            return "another kind of value";
        }
        if (type.isEnum()) {
            return "one of " + Arrays.toString(type.getEnumConstants());
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return found.isNumber() ? "a list such as [" + found + "]" : "a list";
        }
        if (type == int.class
                || type == Integer.class
                || type == long.class
                || type == Long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        return type == String.class ? "a text" : "fields such as " + ConfigExample.of(JSON, type);
    }

    private static String shown(JsonNode found) {
        return found.isTextual() ? found.textValue() : found.toString();
    }
}
