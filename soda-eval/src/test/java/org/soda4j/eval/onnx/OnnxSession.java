package org.soda4j.eval.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** A file in ONNX Runtime. */
final class OnnxSession implements AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /** Numbers and their shape; bytes are uint8. */
    record Input(Object numbers, long... shape) {}

    OnnxSession(byte[] file) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = environment.createSession(file, options);
        }
    }

    OrtSession session() {
        return session;
    }

    /** All outputs, row by row. */
    Map<String, float[]> run(Map<String, Input> inputs) throws OrtException {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Input> entry : inputs.entrySet()) {
                tensors.put(entry.getKey(), tensor(entry.getValue()));
            }
            Map<String, float[]> outputs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(tensors)) {
                for (Map.Entry<String, OnnxValue> entry : result) {
                    FloatBuffer values = ((OnnxTensor) entry.getValue()).getFloatBuffer();
                    float[] numbers = new float[values.remaining()];
                    values.get(numbers);
                    outputs.put(entry.getKey(), numbers);
                }
            }
            return outputs;
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor tensor(Input input) throws OrtException {
        return input.numbers() instanceof byte[] bytes
                ? OnnxTensor.createTensor(
                        environment, ByteBuffer.wrap(bytes), input.shape(), OnnxJavaType.UINT8)
                : OnnxTensor.createTensor(
                        environment, FloatBuffer.wrap((float[]) input.numbers()), input.shape());
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
