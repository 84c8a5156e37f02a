package org.soda4j.examples.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The option {@code --json}, shared by the commands whose answer a program may read. */
public final class JsonOption {

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--json",
            description = "Prints the answer as JSON, and nothing else to standard output.")
    private boolean json;

    public boolean given() {
        return json;
    }

    /** Where a command prints what a person reads: standard output, or nowhere with the option. */
    public PrintWriter text() {
        return json ? new PrintWriter(Writer.nullWriter()) : spec.commandLine().getOut();
    }

    /** Prints a line there, at once. */
    public void print(String line) {
        PrintWriter text = text();
        text.println(line);
        text.flush();
    }

    /** Prints the answer with the option, and nothing without; its fields are documented. */
    public void answer(Object answer) {
        if (json) {
            PrintWriter out = spec.commandLine().getOut();
            try {
                out.println(mapper().writeValueAsString(answer));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("an answer that cannot be written", e);
            }
            out.flush();
        }
    }

    /** Made where it is needed: that takes a tenth of a second, and few want it. */
    private static ObjectMapper mapper() {
        return new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .registerModule(
                        new SimpleModule()
                                .addSerializer(Double.class, new FiniteOrNull())
                                .addSerializer(double.class, new FiniteOrNull()));
    }

    /** JSON has no other numbers. */
    private static final class FiniteOrNull extends JsonSerializer<Double> {
        @Override
        public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            if (Double.isFinite(value)) {
                json.writeNumber(value);
            } else {
                json.writeNull();
            }
        }
    }
}
