package org.soda4j.denoiser;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Tells by {@code own} whose denoiser a configuration describes. */
final class DenoiserConfigReader extends JsonDeserializer<DenoiserConfig> {

    @Override
    public DenoiserConfig deserialize(JsonParser parser, DeserializationContext context)
            throws IOException {
        JsonNode tree = context.readTree(parser);
        return tree.has("own")
                ? context.readTreeAsValue(tree, OwnDenoiserConfig.class)
                : context.readTreeAsValue(tree, UNetDenoiserConfig.class);
    }
}
