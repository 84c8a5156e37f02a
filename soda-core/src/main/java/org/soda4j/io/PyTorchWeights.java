package org.soda4j.io;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.soda4j.engine.Internal;
import org.soda4j.engine.Operators;

/**
 * A safetensors file with the weights of a model, or of its encoder, under the names of a PyTorch
 * program: torchvision's ResNet names with or without {@code encoder.}, those of the PyTorch
 * implementation of SODA, also with the encoder as a sequence ({@code encoder.encoder.0.weight})
 * and behind {@code module.}.
 */
@Internal
public final class PyTorchWeights {

    private final SafetensorsFile file;
    private final Map<String, String> namesInFile = new LinkedHashMap<>();

    /**
     * Looks at a file.
     *
     * @param file an open file; stays open and is not closed here
     * @param pooling whether the encoder's stem pools, which the sequential form depends on
     * @throws SafetensorsException if two tensors of the file stand for one parameter
     */
    public PyTorchWeights(SafetensorsFile file, boolean pooling) throws SafetensorsException {
        this.file = file;
        for (String name : file.names()) {
            if (PyTorchNames.isCounter(name)) {
                continue;
            }
            String before = namesInFile.put(PyTorchNames.translate(name, pooling), name);
            if (before != null) {
                throw new SafetensorsException(
                        file.path(),
                        "tensors %s and %s both stand for the parameter %s"
                                .formatted(before, name, PyTorchNames.translate(name, pooling)));
            }
        }
    }

    /**
     * Compares the file with a model.
     *
     * @param parameters the model's parameters by name
     * @return what fits and what does not
     * @throws IOException if the file cannot be read
     */
    public WeightReport compare(Map<String, NDArray> parameters) throws IOException {
        List<String> fitting = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> misshaped = new ArrayList<>();
        Set<String> unexpected = new LinkedHashSet<>(namesInFile.values());
        for (Map.Entry<String, NDArray> parameter : parameters.entrySet()) {
            String name = parameter.getKey();
            String inFile = namesInFile.get(name);
            if (inFile == null) {
                missing.add(name);
                continue;
            }
            unexpected.remove(inFile);
            Shape expected = parameter.getValue().getShape();
            Shape found = file.info(inFile).shape();
            if (expected.equals(found)) {
                fitting.add(name);
            } else {
                misshaped.add("%s: expected %s, found %s".formatted(name, expected, found));
            }
        }
        return new WeightReport(fitting, missing, new ArrayList<>(unexpected), misshaped);
    }

    /**
     * Copies tensors of the file into parameters, converted to their data type and device.
     *
     * @param names names of parameters that fit
     * @param parameters the model's parameters by name; written in place
     * @throws SafetensorsException if one of the tensors has a number that is not finite or a
     *     negative variance ({@link SafetensorsFile#requireFinite}); nothing is copied then
     * @throws IOException if the file cannot be read
     */
    public void copy(List<String> names, Map<String, NDArray> parameters) throws IOException {
        for (String name : names) {
            file.requireFinite(namesInFile.get(name));
        }
        for (String name : names) {
            NDArray parameter = parameters.get(name);
            try (NDManager scope = parameter.getManager().newSubManager();
                    NDArray read = file.read(namesInFile.get(name), scope)) {
                Operators.copy(parameter, read);
            }
        }
    }
}
