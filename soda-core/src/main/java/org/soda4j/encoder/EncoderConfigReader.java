package org.soda4j.encoder;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Tells by {@code own} whose encoder a configuration describes. */
final class EncoderConfigReader extends JsonDeserializer<EncoderConfig> {

    @Override
    public EncoderConfig deserialize(JsonParser parser, DeserializationContext context)
            throws IOException {
        JsonNode tree = context.readTree(parser);
        return tree.has("own")
                ? context.readTreeAsValue(tree, OwnEncoderConfig.class)
                : context.readTreeAsValue(tree, ResNetEncoderConfig.class);
    }
}
