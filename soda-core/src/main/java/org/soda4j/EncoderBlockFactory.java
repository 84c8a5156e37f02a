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
import org.soda4j.engine.Lifetime;
import org.soda4j.engine.LiveBlock;
import org.soda4j.engine.NamedBlock;
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
                            + " hand over; open it with Soda.load and use encodeViews");
        }
        // Not the model's own manager, whose memory is freed under calls that run.
        NDManager manager =
                PyTorchEngine.require().newBaseManager(model.getNDManager().getDevice());
        try {
            Block encoder = loaded(config, manager, folder.resolve(ModelFolder.WEIGHTS));
            Lifetime lifetime = new Lifetime("this model is closed; load it again", manager::close);
            model.getNDManager().attachInternal(NDManager.nextUid(), lifetime);
            return LiveBlock.of(encoder, lifetime);
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static Block loaded(SodaConfig config, NDManager manager, Path weights)
            throws IOException {
        NamedBlock encoder = config.encoder().newBlock(0);
        List<Integer> image = config.denoiser().imageShape();
        Shape shape = new Shape(1, image.get(0), image.get(1), image.get(2));
        encoder.initialize(manager, DataType.FLOAT32, shape);
        Map<String, NDArray> parameters = new LinkedHashMap<>();
        encoder.namedParameters()
                .forEach((name, p) -> parameters.put("encoder." + name, p.getArray()));
        try (SafetensorsFile file = Safetensors.open(weights)) {
            PyTorchWeights source = new PyTorchWeights(file, !config.encoder().smallImages());
            WeightReport report = source.compare(parameters);
            if (!report.missing().isEmpty() || !report.misshaped().isEmpty()) {
                throw new IOException(weights + ": the encoder's parameters do not fit: " + report);
            }
            source.copy(report.fitting(), parameters);
        }
        return encoder;
    }
}
