package org.soda4j.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.soda4j.SodaConfig;
import org.soda4j.io.ConfigText;
import org.soda4j.io.PresetText;
import org.soda4j.training.run.JsonDifference;
import org.soda4j.training.run.RunFolder;

/**
 * Model and training of a run: what a preset or a configuration file describes, and what {@code
 * config.json} of a {@link RunFolder} holds.
 *
 * <pre>{@code
 * RunConfig config = RunConfig.preset("cifar10", "training.steps=200", "model.denoiser.channels=32");
 * }</pre>
 *
 * @param model the model; null for {@link SodaConfig#published}
 * @param training its training
 */
public record RunConfig(SodaConfig model, TrainingConfig training) {

    /** Ends the names of presets for images of one channel. */
    private static final String GREY = "-grey";

    private static final List<String> PRESETS =
            List.of(
                    "minutes-16",
                    "minutes-16-grey",
                    "minutes-32",
                    "minutes-32-grey",
                    "minutes-64",
                    "minutes-64-grey",
                    "hours-32",
                    "hours-32-grey",
                    "cifar10",
                    "cifar100",
                    "tiny-imagenet",
                    "paper-cifar10",
                    "paper-cifar100",
                    "paper-tiny-imagenet");

    /** Fills in the published model. */
    @JsonCreator
    public RunConfig(
            @JsonProperty("model") SodaConfig model,
            @JsonProperty(value = "training", required = true) TrainingConfig training) {
        this.model = model == null ? SodaConfig.published() : model;
        this.training = Objects.requireNonNull(training, "training");
    }

    /**
     * The names of the presets. {@code minutes-16}, {@code -32} and {@code -64}, for images of so
     * many pixels, learn useful features in minutes on a laptop, {@code hours-32} better ones in
     * hours; with {@code -grey} for images of one channel. {@code cifar10}, {@code cifar100} and
     * {@code tiny-imagenet} have the hyper-parameters of the published PyTorch implementation;
     * {@code paper-*} add what only the paper has: the inverted schedule, a section for every
     * depth, layer masking, pre-activation, its initial values and rescaled sums.
     *
     * @return names for {@link #preset}
     */
    public static List<String> presets() {
        return PRESETS;
    }

    /**
     * Reads a preset.
     *
     * @param name one of {@link #presets}
     * @param overrides see {@link #read}
     * @return the configuration
     * @throws IllegalArgumentException if there is no such preset or an override is not possible
     */
    public static RunConfig preset(String name, String... overrides) {
        return fromTree(ConfigText.yamlTree(presetText(name)), overrides);
    }

    /**
     * Returns a preset as it is written, with its comments.
     *
     * @param name one of {@link #presets}
     * @return YAML text
     * @throws IllegalArgumentException if there is no such preset
     */
    public static String presetText(String name) {
        if (!PRESETS.contains(name)) {
            throw new IllegalArgumentException(
                    "preset: expected one of " + PRESETS + ", found " + name);
        }
        if (name.endsWith(GREY)) {
            return presetText(name.substring(0, name.length() - GREY.length()))
                    .replace("inputChannels: 3", "inputChannels: 1")
                    .replace("imageShape: [3, ", "imageShape: [1, ")
                    .replace("[0.5, 0.5, 0.5]", "[0.5]");
        }
        return PresetText.read(name);
    }

    /**
     * Reads a configuration file.
     *
     * @param file a {@code .json} file, or YAML with any other name
     * @param overrides {@code path=value} each, applied in their order: the path of a field with
     *     dots (an index for an element of a list), the value as YAML: {@code
     *     training.batchSize=64}, {@code model.denoiser.multipliers=1,2} (brackets around a list
     *     may be left out), {@code training.warmup=null}. {@code training.steps=200} replaces a
     *     length in epochs
     * @return the configuration
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is not a configuration or an override is not possible;
     *     names the field
     */
    public static RunConfig read(Path file, String... overrides) throws IOException {
        JsonNode tree = ConfigText.readTree(file);
        try {
            return fromTree(tree, overrides);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes the configuration, defaults included.
     *
     * @return YAML text that {@link #read} takes
     */
    public String toYaml() {
        return ConfigText.toYaml(this);
    }

    /**
     * Tells where another configuration is different.
     *
     * @param other the other
     * @return a line for each field, with its JSON pointer, this value and the other's; empty if
     *     they are the same
     */
    public List<String> differences(RunConfig other) {
        JsonNode mine = ConfigText.jsonTree(ConfigText.toJson(this));
        JsonNode others = ConfigText.jsonTree(ConfigText.toJson(other));
        return JsonDifference.between(mine, others).stream().map(JsonDifference::toString).toList();
    }

    private static RunConfig fromTree(JsonNode tree, String... overrides) {
        for (String override : overrides) {
            override(tree, override);
        }
        return ConfigText.fromTree(tree, RunConfig.class);
    }

    /** Sets a field as it is written, before defaults are filled in; its name is checked later. */
    private static void override(JsonNode tree, String override) {
        int equals = override.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(
                    "override: expected path=value, for example training.batchSize=64, found "
                            + override);
        }
        String[] path = override.substring(0, equals).strip().split("\\.", -1);
        JsonNode value = value(override.substring(equals + 1));
        JsonNode node = tree;
        for (int i = 0; i < path.length; i++) {
            boolean last = i == path.length - 1;
            if (node instanceof ObjectNode object) {
                if (last) {
                    // Taken out first, so that it comes last and so after what it replaces.
                    boolean list = object.remove(path[i]) instanceof ArrayNode;
                    object.set(path[i], list && value.isValueNode() ? listOf(value) : value);
                    return;
                }
                node =
                        object.path(path[i]).isContainerNode()
                                ? object.get(path[i])
                                : object.putObject(path[i]);
            } else if (node instanceof ArrayNode array && isIndex(path[i], array)) {
                if (last) {
                    array.set(Integer.parseInt(path[i]), value);
                    return;
                }
                node = array.get(Integer.parseInt(path[i]));
            } else {
                throw new IllegalArgumentException(
                        "override %s: expected a field or an index below %d at '%s', in %s"
                                .formatted(override, node.size(), path[i], node));
            }
        }
    }

    /** As YAML; numbers and names with commas between them are a list without its brackets. */
    private static JsonNode value(String text) {
        JsonNode value = ConfigText.yamlTree(text);
        return value.isTextual() && value.asText().matches("[\\w.+-]+(\\s*,\\s*[\\w.+-]+)+")
                ? ConfigText.yamlTree("[" + text + "]")
                : value;
    }

    private static JsonNode listOf(JsonNode value) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        return value.isNull() ? value : list.add(value);
    }

    private static boolean isIndex(String text, ArrayNode array) {
        return text.matches("\\d{1,6}") && Integer.parseInt(text) < array.size();
    }
}
