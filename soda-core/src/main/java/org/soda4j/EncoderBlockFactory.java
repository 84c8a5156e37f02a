package org.soda4j;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.soda4j.encoder.ResNetEncoder;
import org.soda4j.encoder.ResNetEncoderConfig;
import org.soda4j.engine.InferenceParameters;
import org.soda4j.engine.Lifetime;
import org.soda4j.engine.LiveBlock;
import org.soda4j.engine.NumberFormat;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.io.PyTorchWeights;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;
import org.soda4j.io.WeightReport;

/**
 * Lets DJL's {@code Criteria} open the encoder of a saved model, without its denoiser. Named by the
 * folder's {@code serving.properties}; applications do not call it.
 */
public final class EncoderBlockFactory implements BlockFactory {

    private static final long serialVersionUID = 1L;

    /** Called by DJL. */
    public EncoderBlockFactory() {}

    static String servingProperties() {
        return """
        engine=PyTorch
        option.hasParameter=false
        blockFactory=%s
        translatorFactory=%s
        """
                .formatted(
                        EncoderBlockFactory.class.getName(),
                        ImageEncodingTranslatorFactory.class.getName());
    }

    @Override
    public Block newBlock(Model model, Path folder, Map<String, ?> arguments) throws IOException {
        SodaConfig config = ModelFolder.config(folder);
        if (config.views() != null) {
            throw new IOException(
                    folder
                            + ": this model takes the cameras of its images, which Criteria cannot"
                            + " hand over; open it with Soda.load and use novelViews()");
        }
        if (!(config.encoder() instanceof ResNetEncoderConfig described)) {
            throw new IOException(
                    "%s: this model has the %s, which Criteria cannot make; open it with Soda.load(folder, Soda.builder().encoder(...))"
                            .formatted(folder, config.encoder()));
        }
        // Not the model's own manager, whose memory is freed under calls that run.
        NDManager manager =
                PyTorchEngine.require().newBaseManager(model.getNDManager().getDevice());
        try {
            ResNetEncoder encoder = described.newBlock(0);
            load(config, encoder, manager, folder.resolve(ModelFolder.WEIGHTS));
            Lifetime lifetime = new Lifetime("this model is closed; load it again", manager::close);
            model.getNDManager().attachInternal(NDManager.nextUid(), lifetime);
            InferenceParameters inference =
                    InferenceParameters.areUsed(manager.getDevice())
                            ? new InferenceParameters(
                                    manager, encoder, NumberFormat.FLOAT32, () -> {})
                            : null;
            return LiveBlock.of(encoder, lifetime, inference);
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static void load(
            SodaConfig config, ResNetEncoder encoder, NDManager manager, Path weights)
            throws IOException {
        List<Integer> image = config.denoiser().imageShape();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        encoder.namedParameters().forEach((name, p) -> shapes.put("encoder." + name, p.getShape()));
        try (SafetensorsFile file = Safetensors.open(weights)) {
            PyTorchWeights source =
                    new PyTorchWeights(file, ModelFolder.pools(config), shapes.keySet());
            WeightReport report = source.compare(shapes);
            if (!report.missing().isEmpty() || !report.misshaped().isEmpty()) {
                throw new IOException(weights + ": the encoder's parameters do not fit: " + report);
            }
            Shape shape = new Shape(1, image.get(0), image.get(1), image.get(2));
            encoder.leaveValuesUnset();
            encoder.initialize(manager, DataType.FLOAT32, shape);
            Map<String, NDArray> parameters = new LinkedHashMap<>();
            encoder.namedParameters()
                    .forEach((name, p) -> parameters.put("encoder." + name, p.getArray()));
            source.copy(report.fitting(), parameters);
        }
    }
}
