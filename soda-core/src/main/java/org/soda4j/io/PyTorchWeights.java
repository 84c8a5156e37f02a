package org.soda4j.io;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
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
 * and behind the prefixes of wrappers, such as {@code module.} or {@code model.backbone.}.
 */
@Internal
public final class PyTorchWeights {

    private final SafetensorsFile file;
    private final Map<String, String> namesInFile = new LinkedHashMap<>();
    private final Set<String> prefixes = new LinkedHashSet<>();

    /**
     * Looks at a file.
     *
     * @param file an open file; stays open and is not closed here
     * @param pooling whether the encoder's stem pools, which the sequential form depends on
     * @param model names of the model's parameters; one that the file has too stands for itself
     * @throws SafetensorsException if two tensors of the file stand for one parameter
     */
    public PyTorchWeights(SafetensorsFile file, boolean pooling, Set<String> model)
            throws SafetensorsException {
        this.file = file;
        for (String name : file.names()) {
            if (PyTorchNames.isCounter(name)) {
                continue;
            }
            boolean same = model.contains(name);
            String translated = same ? name : PyTorchNames.translate(name, pooling);
            if (!same && !PyTorchNames.wrappers(name).isEmpty()) {
                prefixes.add(PyTorchNames.wrappers(name));
            }
            String before = namesInFile.put(translated, name);
            if (before != null) {
                throw new SafetensorsException(
                        file.path(),
                        "tensors %s and %s both stand for the parameter %s; leave one of them out of the file"
                                .formatted(before, name, translated));
            }
        }
    }

    /**
     * Copies what fits.
     *
     * @param path a safetensors file
     * @param pooling as for the constructor
     * @param parameters the model's parameters by name; written in place
     * @param least how many have to fit
     * @return what was copied and what was not
     * @throws IOException if the file cannot be read or fewer fit; nothing is copied then
     */
    public static WeightReport importMatching(
            Path path, boolean pooling, Map<String, NDArray> parameters, int least)
            throws IOException {
        try (SafetensorsFile file = Safetensors.open(path)) {
            PyTorchWeights weights = new PyTorchWeights(file, pooling, parameters.keySet());
            WeightReport report = weights.compareArrays(parameters);
            if (report.fitting().size() < least) {
                throw new IOException(
                        "%s: expected tensors that fit at least %d of the model's %d parameters, found %s; compare the names, or say importMatchingWeights(file, 0) to take whatever fits"
                                .formatted(path, least, parameters.size(), report));
            }
            weights.copy(report.fitting(), parameters);
            return report;
        }
    }

    /**
     * Compares the file with a model.
     *
     * @param parameters the model's parameters by name
     * @return what fits and what does not
     * @throws IOException if the file cannot be read
     */
    public WeightReport compare(Map<String, Shape> parameters) throws IOException {
        List<String> fitting = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> misshaped = new ArrayList<>();
        Set<String> unexpected = new LinkedHashSet<>(namesInFile.values());
        for (Map.Entry<String, Shape> parameter : parameters.entrySet()) {
            String name = parameter.getKey();
            String inFile = namesInFile.get(name);
            if (inFile == null) {
                missing.add(name);
                continue;
            }
            unexpected.remove(inFile);
            Shape expected = parameter.getValue();
            Shape found = file.shape(inFile);
            if (expected.equals(found)) {
                fitting.add(name);
            } else {
                misshaped.add("%s: expected %s, found %s".formatted(name, expected, found));
            }
        }
        return new WeightReport(
                fitting,
                missing,
                new ArrayList<>(unexpected),
                misshaped,
                new ArrayList<>(prefixes));
    }

    /**
     * Compares with a model's parameters.
     *
     * @param parameters the model's parameters by name
     * @return what fits and what does not
     * @throws IOException if the file cannot be read
     */
    public WeightReport compareArrays(Map<String, NDArray> parameters) throws IOException {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        parameters.forEach((name, array) -> shapes.put(name, array.getShape()));
        return compare(shapes);
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
