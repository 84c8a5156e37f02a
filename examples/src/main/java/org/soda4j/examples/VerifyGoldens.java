package org.soda4j.examples;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.soda4j.examples.cli.DeviceOption;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.goldens.Check;
import org.soda4j.examples.goldens.GoldenCases;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Compares this library with reference arrays, quantity by quantity. */
@Command(
        name = "verify-goldens",
        description =
                "Runs every reference case of a folder and prints a line per quantity;"
                        + " exits with 1 if any is out of bounds or of an unknown kind.")
final class VerifyGoldens extends Program {

    @Parameters(paramLabel = "DIR", description = "Folder with .safetensors files.")
    private Path folder;

    @Mixin private DeviceOption device;

    @Mixin private JsonOption json;

    @Override
    public Integer call() throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
        }
        if (files.isEmpty()) {
            throw new IOException(folder + ": expected .safetensors files, found none");
        }
        Device where = device.device();
        List<Check> all = new ArrayList<>();
        int unknown = 0;
        for (Path file : files) {
            try {
                for (Check check : GoldenCases.run(file, where)) {
                    all.add(check);
                    json.print(check.toString());
                }
            } catch (IllegalArgumentException e) {
                json.print(e.getMessage() + " FAILED");
                unknown++;
            }
        }
        long failed = unknown + all.stream().filter(check -> !check.passed()).count();
        json.print(
                "%d quantities of %d files compared, %d failed"
                        .formatted(all.size(), files.size(), failed));
        json.answer(all);
        return failed == 0 ? 0 : 1;
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new VerifyGoldens(), args));
    }
}
