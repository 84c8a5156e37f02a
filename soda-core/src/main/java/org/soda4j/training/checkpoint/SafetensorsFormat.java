package org.soda4j.training.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Map;
import org.soda4j.io.Safetensors;
import org.soda4j.io.SafetensorsFile;

/** Safetensors, the format that PyTorch reads as well. */
final class SafetensorsFormat implements TensorFormat {

    @Override
    public void write(WritableByteChannel out, Map<String, NDArray> arrays) throws IOException {
        Safetensors.write(out, arrays, Map.of("format", "pt"));
    }

    @Override
    public Map<String, NDArray> read(Path file, NDManager manager) throws IOException {
        try (SafetensorsFile tensors = Safetensors.open(file)) {
            return tensors.readAll(manager);
        }
    }

    @Override
    public void requireFinite(Path file) throws IOException {
        try (SafetensorsFile tensors = Safetensors.open(file)) {
            for (String name : tensors.names()) {
                tensors.requireFinite(name);
            }
        }
    }
}
