package org.soda4j.examples.benchmark;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;
import org.soda4j.Soda;
import org.soda4j.eval.onnx.OnnxExport;

/** A model's encoder in ONNX Runtime. */
final class OnnxEncoding implements AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /**
     * @param threads of an operator; 0: as the runtime decides
     */
    OnnxEncoding(Soda soda, int threads) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            session = environment.createSession(OnnxExport.encoder(soda).toBytes(), options);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Normalised latents, row by row. */
    float[] encode(float[] images, long... shape) {
        try (OnnxTensor tensor =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), shape);
                OrtSession.Result result =
                        session.run(Map.of("images", tensor), Set.of("normalized_latent"))) {
            FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] latents = new float[values.remaining()];
            values.get(latents);
            return latents;
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
