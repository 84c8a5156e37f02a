package org.soda4j.examples.doctor;

import ai.djl.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.soda4j.Precision;
import org.soda4j.examples.goldens.Check;
import org.soda4j.examples.goldens.GoldenCases;

/** Reference cases of a folder, a case a file; see {@code verify-goldens}. */
public final class GoldenList implements CaseList {

    private final String device;
    private final List<Path> files;

    /**
     * Makes the list.
     *
     * @param arguments the device's name and the folder
     */
    public GoldenList(List<String> arguments) throws IOException {
        device = arguments.get(0);
        try (Stream<Path> list = Files.list(Path.of(arguments.get(1)))) {
            files = list.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
        }
        if (files.isEmpty()) {
            throw new IOException(arguments.get(1) + ": expected .safetensors files, found none");
        }
    }

    @Override
    public String engine() {
        return DeviceFacts.of(Device.fromName(device));
    }

    @Override
    public List<CheckCase> cases() {
        return files.stream().<CheckCase>map(Golden::new).toList();
    }

    private final class Golden implements CheckCase {
        private final Path file;

        private Golden(Path file) {
            this.file = file;
        }

        @Override
        public String family() {
            return "golden";
        }

        @Override
        public Precision number() {
            return Precision.FP32;
        }

        @Override
        public String shape() {
            return file.getFileName().toString();
        }

        /** The quantity that comes nearest to its bound, or is farthest beyond. */
        @Override
        public Outcome run() throws IOException {
            Check worst = null;
            double share = -1;
            for (Check check : GoldenCases.run(file, Device.fromName(device))) {
                double itsShare = check.error() == 0 ? 0 : check.error() / check.bound();
                if (!(itsShare <= share)) {
                    worst = check;
                    share = Double.isNaN(itsShare) ? Double.POSITIVE_INFINITY : itsShare;
                }
            }
            if (worst == null) {
                throw new UncheckedIOException(new IOException(file + ": nothing was compared"));
            }
            return new Outcome(worst.error(), worst.bound(), "", worst.quantity());
        }
    }
}
