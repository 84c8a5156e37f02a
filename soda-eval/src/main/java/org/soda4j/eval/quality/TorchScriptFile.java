package org.soda4j.eval.quality;

import ai.djl.MalformedModelException;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A TorchScript model that the user gives, run without gradients. */
final class TorchScriptFile implements AutoCloseable {

    private final Path file;
    private final ZooModel<NDList, NDList> model;

    private TorchScriptFile(Path file, ZooModel<NDList, NDList> model) {
        this.file = file;
        this.model = model;
    }

    static TorchScriptFile load(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": expected a TorchScript file, found none");
        }
        try {
            return new TorchScriptFile(
                    file,
                    Criteria.builder()
                            .setTypes(NDList.class, NDList.class)
                            .optEngine("PyTorch")
                            .optModelPath(file)
                            .build()
                            .loadModel());
        } catch (ModelNotFoundException | MalformedModelException | EngineException e) {
            throw new IOException(
                    file + ": expected a file that torch.jit.save wrote, found " + e.getMessage(),
                    e);
        }
    }

    Path path() {
        return file;
    }

    NDManager manager() {
        return model.getNDManager();
    }

    /** The results belong to the manager of the first input. */
    NDList forward(NDList inputs) {
        return model.getBlock().forward(new ParameterStore(manager(), false), inputs, false);
    }

    @Override
    public void close() {
        model.close();
    }
}
