package org.soda4j.examples.goldens;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.soda4j.Soda;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.diffusion.DiffusionProcess;
import org.soda4j.diffusion.Guidance;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.diffusion.NoiseSource;

/** Runs golden files, each kind in its own way. */
public final class GoldenCases {

    /** About three times what two builds of PyTorch differ by. */
    private static final double FORWARD = 3e-5;

    /** The same for a deep encoder whose batch norm uses the batch. */
    private static final double DEEP_TRAINING = 9e-4;

    private GoldenCases() {}

    /**
     * Runs one file.
     *
     * @param path a golden file
     * @param device where to run
     * @return what was compared, at least one check
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if its kind is unknown
     */
    public static List<Check> run(Path path, Device device) throws IOException {
        try (GoldenFile golden = new GoldenFile(path, device)) {
            JsonNode config = golden.config();
            String kind = config == null ? "(no config)" : config.path("kind").asText();
            return switch (kind) {
                case "schedule" -> schedules(golden);
                case "encoder" -> encoder(golden);
                case "denoiser" -> denoiser(golden);
                case "sampling" -> sampling(golden);
                case "training" -> new TrainingCase(golden).run();
                case "image_ops" -> ImageOperationsCase.run(golden);
                case "metrics" -> new MetricsCase(golden).run();
                default ->
                        throw new IllegalArgumentException(
                                path
                                        + ": expected a config of kind schedule, encoder, denoiser,"
                                        + " sampling, training, image_ops or metrics, found "
                                        + kind);
            };
        }
    }

    private static List<Check> schedules(GoldenFile golden) throws IOException {
        int steps = golden.config().path("timesteps").asInt();
        JsonNode betas = golden.config().path("linear");
        Map<String, NoiseSchedule> schedules =
                Map.of(
                        "linear",
                        NoiseSchedule.linear(
                                steps, betas.path(0).asDouble(), betas.path(1).asDouble()),
                        "cosine",
                        NoiseSchedule.cosine(steps),
                        "inverted",
                        NoiseSchedule.inverted(steps));
        List<Check> checks = new ArrayList<>();
        for (String key : golden.keys("")) {
            String[] parts = key.split("\\.");
            NoiseSchedule schedule = schedules.get(parts[0]);
            double[] found = parts[1].equals("beta") ? schedule.betas() : schedule.alphaBars();
            // The reference multiplies in float32, and its betas are 1 - quotients of such numbers.
            double bound = parts[1].equals("beta") ? 1.5e-4 : 1.3e-6;
            checks.add(golden.check(key, golden.array(key).toDoubleArray(), found, bound));
        }
        return checks;
    }

    private static List<Check> encoder(GoldenFile golden) throws IOException {
        JsonNode config = golden.config();
        try (Soda soda =
                Soda.builder()
                        .encoder(ModelCases.encoder(config))
                        .device(golden.device())
                        .build()) {
            golden.setWeights(soda, "encoder.");
            NDList x = new NDList(golden.array("x"));
            ParameterStore store = new ParameterStore(golden.manager(), false);
            List<Check> checks = new ArrayList<>();
            NDArray eval = soda.encoder().forward(store, x, false).get(0);
            checks.add(golden.check("latent_eval", eval, FORWARD));
            NDArray train = soda.encoder().forward(store, x, true).get(0);
            boolean deep = config.path("arch").asText().compareTo("resnet34") > 0;
            double bound = deep ? DEEP_TRAINING : FORWARD;
            checks.add(golden.check("latent_train", train, bound));
            for (String norm : List.of("first_norm", "last_norm")) {
                for (String statistic : List.of("running_mean", "running_var")) {
                    String name = "encoder." + config.path(norm).asText() + "." + statistic;
                    NDArray found = soda.parameters().get(name);
                    checks.add(golden.check(norm + "." + statistic + "_after", found, bound));
                }
            }
            return checks;
        }
    }

    private static List<Check> denoiser(GoldenFile golden) throws IOException {
        JsonNode config = golden.config();
        try (Soda soda =
                ModelCases.aroundDenoiser(config, config).device(golden.device()).build()) {
            golden.setWeights(soda, "decoder.");
            NDArray x = golden.array("x");
            NDArray t = golden.array("t");
            NDArray z = golden.array("z");
            List<Check> checks = new ArrayList<>();
            checks.add(golden.check("eps", soda.denoise(x, t, z), FORWARD));
            NDArray unconditional = soda.denoise(x, t, z.mul(0));
            checks.add(golden.check("eps_unconditional", unconditional, FORWARD));
            if (!golden.keys("keep").isEmpty()) {
                NDArray masked = z.mul(perDimension(soda, golden.array("keep")));
                checks.add(golden.check("eps_section_masked", soda.denoise(x, t, masked), FORWARD));
            }
            for (String key : golden.keys("activation.")) {
                // The reference counts the blocks of the up path from 1.
                int block = Integer.parseInt(key.replace("activation.out_", ""));
                String name = upPath(soda).get(block - 1);
                NDArray found = soda.activations(x, t, z, Set.of(name)).get(name);
                checks.add(golden.check(key, found, FORWARD));
            }
            return checks;
        }
    }

    /** A flag per section {@code [N, sections]} to a factor per dimension {@code [N, d]}. */
    private static NDArray perDimension(Soda soda, NDArray keep) {
        NDList columns = new NDList();
        for (int section = 0; section < soda.config().latent().sections(); section++) {
            int size = soda.config().latent().size(section);
            columns.add(keep.get(":, " + section + ":" + (section + 1)).repeat(1, size));
        }
        return NDArrays.concat(columns, 1);
    }

    private static List<Check> sampling(GoldenFile golden) throws IOException {
        JsonNode config = golden.config();
        int steps = config.path("steps").asInt();
        DdimSampler sampler =
                DdimSampler.builder()
                        .steps(steps)
                        .eta(config.path("eta").asDouble())
                        .clip(config.path("clip_denoised").asBoolean(true))
                        .build();
        DiffusionProcess process = new DiffusionProcess(ModelCases.schedule(config));
        try (Soda soda =
                ModelCases.aroundDenoiser(config.path("decoder"), config)
                        .device(golden.device())
                        .build()) {
            golden.setWeights(soda, "decoder.");
            NDArray z = golden.array("z");
            NDArray nothing = z.mul(0);
            NDArray start = golden.array("start");
            Shape shape = start.getShape();
            NoiseSource noise =
                    (step, like) -> {
                        String name = config.path("noise_names").asText();
                        float[] values =
                                GoldenFile.normal(
                                        name.replace("{step}", String.valueOf(step)),
                                        Math.toIntExact(shape.size()));
                        return like.getManager().create(values, shape);
                    };
            List<Check> checks = new ArrayList<>();
            double[] times =
                    Arrays.stream(sampler.times(process.schedule())).asDoubleStream().toArray();
            double[] expected =
                    golden.array("times").toType(DataType.FLOAT64, false).toDoubleArray();
            checks.add(golden.check("times", expected, times, 0));
            NDArray[] first = new NDArray[1];
            NDArray image =
                    sampler.sample(
                            process,
                            (x, t, keeps) -> {
                                NDManager manager = x.getManager();
                                NDArray at = manager.ones(new Shape(shape.get(0))).mul(t);
                                NDList outputs = new NDList();
                                keeps.forEach(
                                        keep ->
                                                outputs.add(
                                                        soda.denoise(
                                                                x,
                                                                at,
                                                                keep.keepsNone() ? nothing : z)));
                                return NDArrays.concat(outputs, 0);
                            },
                            start,
                            Guidance.whole(config.path("guidance_weight").asDouble()),
                            noise,
                            step -> {
                                if (step.index() == 0) {
                                    first[0] = step.image().duplicate();
                                    first[0].attach(golden.manager());
                                }
                            });
            checks.add(golden.check("first_step", first[0], FORWARD));
            checks.add(golden.check("image", image.add(1).div(2), FORWARD));
            return checks;
        }
    }

    /** The references count the blocks of the up path. */
    private static List<String> upPath(Soda soda) {
        return soda.activationNames().stream().filter(name -> name.startsWith("up.")).toList();
    }
}
