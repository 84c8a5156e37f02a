package org.soda4j.io;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** What an object of a configuration looks like, for messages: {@code {unit: EPOCHS, count: 1}}. */
final class ConfigExample {

    /** Of an object of more fields the others are left out. */
    private static final int MOST_FIELDS = 4;

    private ConfigExample() {}

    static String of(ObjectMapper mapper, Class<?> type) {
        List<BeanPropertyDefinition> fields =
                mapper
                        .getDeserializationConfig()
                        .introspect(mapper.constructType(type))
                        .findProperties()
                        .stream()
                        .filter(BeanPropertyDefinition::couldDeserialize)
                        .toList();
        String more = fields.size() > MOST_FIELDS ? ", ..." : "";
        return fields.stream()
                .limit(MOST_FIELDS)
                .map(field -> field.getName() + ": " + value(field.getRawPrimaryType()))
                .collect(Collectors.joining(", ", "{", more + "}"));
    }

    private static String value(Class<?> type) {
        if (type.isEnum()) {
            return type.getEnumConstants()[0].toString();
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "[1, 2]";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true";
        }
        if (type == double.class || type == Double.class) {
            return "0.5";
        }
        return type == String.class ? "text" : type.getName().startsWith("org.") ? "{...}" : "1";
    }
}
