package org.soda4j.examples.doctor;

import ai.djl.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.soda4j.Precision;
import org.soda4j.examples.benchmark.ModelBenchmark;
import org.soda4j.examples.benchmark.ModelSpeed;
import org.soda4j.examples.benchmark.StepClock;
import org.soda4j.training.RunConfig;

/** How fast a device trains, encodes and samples with the published CIFAR-10 model. */
public final class DeviceSpeed implements CaseList {

    private static final int STEPS = 10;

    private final Device device;
    private final int batch;
    private final String[] changes;

    /**
     * Makes the list.
     *
     * @param arguments the device's name, the batch, then what to change of the preset
     */
    public DeviceSpeed(List<String> arguments) {
        device = Device.fromName(arguments.get(0));
        batch = Integer.parseInt(arguments.get(1));
        changes = arguments.subList(2, arguments.size()).toArray(String[]::new);
    }

    @Override
    public String engine() {
        return DeviceFacts.of(device);
    }

    @Override
    public List<CheckCase> cases() {
        List<CheckCase> cases = new ArrayList<>();
        for (ModelBenchmark.Work work : ModelBenchmark.Work.values()) {
            for (Precision precision : Precision.values()) {
                if (precision == Precision.FP16 && !device.isGpu()) {
                    continue; // A CPU takes minutes for a product that a GPU does at once.
                }
                cases.add(new Measurement(work, precision));
            }
        }
        return cases;
    }

    private final class Measurement implements CheckCase {
        private final ModelBenchmark.Work work;
        private final Precision number;

        private Measurement(ModelBenchmark.Work work, Precision number) {
            this.work = work;
            this.number = number;
        }

        @Override
        public String family() {
            return work.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public Precision number() {
            return number;
        }

        @Override
        public String shape() {
            return "cifar10, batch " + batch;
        }

        @Override
        public Outcome run() {
            RunConfig config = RunConfig.preset("cifar10", changes);
            ModelSpeed speed =
                    new ModelBenchmark(
                                    config, number, batch, () -> StepClock.ofSteps(STEPS), device)
                            .measure(work);
            String memory =
                    device.isGpu()
                            ? DeviceFacts.memory(device)
                            : Objects.requireNonNullElse(speed.peakResidentMegabytes(), 0L)
                                    + " MB resident";
            return Outcome.measured(
                    String.format(Locale.ROOT, "%.1f images/s", speed.bestImagesPerSecond()),
                    memory + "; " + speed);
        }
    }
}
