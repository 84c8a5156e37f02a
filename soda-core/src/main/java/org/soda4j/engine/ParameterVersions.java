package org.soda4j.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Notices that parameters were written to or got other arrays, as DJL's {@code loadParameters}
 * gives them. What is written to their memory past the engine is not noticed. For any number of
 * threads, as long as nothing writes meanwhile.
 */
@Internal
public final class ParameterVersions {

    private final NDManager manager;
    private final List<Parameter> parameters;
    private final List<NDArray> arrays = new ArrayList<>();
    private final NDList handles = new NDList();
    private long replacements;

    /**
     * Begins to watch.
     *
     * @param manager owns handles of the arrays
     * @param parameters what is watched, initialised
     */
    public ParameterVersions(NDManager manager, Collection<Parameter> parameters) {
        this.manager = manager;
        this.parameters = List.copyOf(parameters);
        watch();
    }

    /** By handles of our own: other threads may be using the parameters' while we count. */
    private void watch() {
        handles.close();
        handles.clear();
        arrays.clear();
        for (Parameter parameter : parameters) {
            arrays.add(parameter.getArray());
            NDArray handle = parameter.getArray().stopGradient();
            handle.attach(manager);
            handles.add(handle);
        }
    }

    /**
     * Counts.
     *
     * @return numbers that are equal to those of before if nothing was written or replaced
     */
    public synchronized long[] now() {
        if (parameters.isEmpty()) {
            return new long[0];
        }
        for (int i = 0; i < arrays.size(); i++) {
            if (parameters.get(i).getArray() != arrays.get(i)) {
                replacements++;
                watch();
                break;
            }
        }
        long[] written = ParameterOperators.versions(handles);
        long[] all = new long[written.length + 1];
        System.arraycopy(written, 0, all, 1, written.length);
        all[0] = replacements;
        return all;
    }
}
