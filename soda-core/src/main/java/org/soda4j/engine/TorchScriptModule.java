package org.soda4j.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * TorchScript methods that Java calls: a resource of source text, loaded once, whose methods take
 * and give arrays and take part in autograd. Lives as long as the process.
 */
final class TorchScriptModule {

    private final PtSymbolBlock block;
    private final PtNDManager manager;
    private final Map<String, NDArray> methodNames = new ConcurrentHashMap<>();
    private final Map<Number, NDArray> constants = new ConcurrentHashMap<>();

    private TorchScriptModule(PtNDManager manager, PtSymbolBlock block) {
        this.manager = manager;
        this.block = block;
    }

    /**
     * Loads a module.
     *
     * @param className the class that the source defines
     * @param resources parts of the source, beside this class, in their order
     * @return the module
     * @throws IllegalStateException if DJL's engine is not PyTorch
     */
    static TorchScriptModule load(String className, String... resources) {
        Engine engine = PyTorchEngine.require();
        try {
            StringBuilder source = new StringBuilder();
            for (String resource : resources) {
                try (InputStream in = TorchScriptModule.class.getResourceAsStream(resource)) {
                    source.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
            NDManager manager = engine.newBaseManager(ai.djl.Device.cpu());
            manager.setName("soda-operators");
            PtNDManager torch = (PtNDManager) manager;
            InputStream archive =
                    new ByteArrayInputStream(TorchScriptArchive.of(className, source.toString()));
            return new TorchScriptModule(torch, JniUtils.loadModule(torch, archive, false, false));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read the operators' source " + String.join(", ", resources), e);
        }
    }

    /**
     * Calls a method.
     *
     * @param method its name
     * @param gradients whether autograd records the call
     * @param inputs its arguments; the results belong to the manager of the first. Their DJL names
     *     are removed, because the engine would read a name with a dot as an instruction
     * @return the results
     */
    NDList call(String method, boolean gradients, NDArray... inputs) {
        NDList list = new NDList(inputs.length + 1);
        for (NDArray input : inputs) {
            PyTorchEngine.requireArray("an input of " + method, input);
            if (input.getName() != null) {
                input.setName(null);
            }
            list.add(input);
        }
        list.add(methodNames.computeIfAbsent(method, this::newMethodName));
        return run(list, gradients);
    }

    /**
     * Without the optimising executor, which profiles and recompiles for each new shape; what it
     * saves is nothing beside the convolutions.
     */
    private NDList run(NDList inputs, boolean gradients) {
        if (!GraphOptimizer.isOn()) {
            return IValueUtils.forward(block, inputs, gradients);
        }
        GraphOptimizer.set(false);
        try {
            return IValueUtils.forward(block, inputs, gradients);
        } finally {
            GraphOptimizer.set(true);
        }
    }

    /** Calls a method all of whose arguments are lists of arrays; returns what it returns. */
    NDList callOnLists(String method, NDList scalars, NDList... lists) {
        NDList all = new NDList();
        for (int i = 0; i < lists.length; i++) {
            String name = "list" + i + "[]";
            for (NDArray array : lists[i]) {
                array.setName(name);
                all.add(array);
            }
        }
        all.addAll(scalars);
        all.add(methodNames.computeIfAbsent(method, this::newMethodName));
        try {
            return run(all, false);
        } finally {
            for (NDList list : lists) {
                list.forEach(array -> array.setName(null));
            }
        }
    }

    /** A 0-d array on the CPU that holds the number, made once and shared; do not close it. */
    NDArray constant(Number value) {
        return constants.computeIfAbsent(
                value,
                v ->
                        v instanceof Double
                                ? manager.create(v.doubleValue())
                                : manager.create(v.longValue()));
    }

    private NDArray newMethodName(String method) {
        NDArray marker = manager.create(0);
        marker.setName("module_method:" + method);
        return marker;
    }
}
