package org.soda4j.novelview;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A training batch of novel views: the contract between data sets and a model with a {@link
 * ViewConditioning}. A data set's batches hold these four arrays in this order, float32, on any
 * device.
 *
 * @param sources views for the encoder {@code [N, S, C, H, W]}, pixels around [0, 1], with S at
 *     least {@link ViewConditioning#sources()}: each step uses the first 1 .. sources of them, so
 *     that their order should be random
 * @param target the view to be drawn {@code [N, C, H', W'] in [0, 1]} at the denoiser's resolution
 * @param sourceCameras {@code [N, S, 18]}: {@link Camera#toNumbers()} of each source
 * @param targetCameras {@code [N, 18]}: {@link Camera#toNumbers()} of each target
 */
public record ViewBatch(
        NDArray sources, NDArray target, NDArray sourceCameras, NDArray targetCameras) {

    /** Arrays of a batch. */
    public static final int ARRAYS = 4;

    /**
     * Checks types and shapes against each other.
     *
     * @throws IllegalArgumentException if they do not fit
     */
    public ViewBatch {
        requireShape("sources", sources, -1, -1, -1, -1, -1);
        long n = sources.getShape().get(0);
        long s = sources.getShape().get(1);
        requireShape("target", target, n, sources.getShape().get(2), -1, -1);
        requireShape("sourceCameras", sourceCameras, n, s, Camera.NUMBERS);
        requireShape("targetCameras", targetCameras, n, Camera.NUMBERS);
    }

    /**
     * Reads a batch.
     *
     * @param arrays the four arrays in the order of the components; what follows is not looked at
     * @return the batch; the arrays stay the caller's
     * @throws IllegalArgumentException if their number or shapes do not fit
     */
    public static ViewBatch of(NDList arrays) {
        if (arrays.size() < ARRAYS) {
            throw new IllegalArgumentException(
                    "views: expected batches of [sources, target, sourceCameras, targetCameras], found %d arrays"
                            .formatted(arrays.size()));
        }
        return new ViewBatch(arrays.get(0), arrays.get(1), arrays.get(2), arrays.get(3));
    }

    /**
     * Returns the arrays as a data set hands them over.
     *
     * @return a new list of the four arrays
     */
    public NDList toList() {
        return new NDList(sources, target, sourceCameras, targetCameras);
    }

    /**
     * Reads the source cameras; waits for the device.
     *
     * @param count the first so many of each example
     * @return for each example its cameras
     * @throws IllegalArgumentException if one is no camera; names example and view
     */
    public List<List<Camera>> readSourceCameras(int count) {
        int views = Math.toIntExact(sources.getShape().get(1));
        float[] numbers = sourceCameras.toFloatArray();
        List<List<Camera>> all = new ArrayList<>();
        for (int i = 0; i < sources.getShape().get(0); i++) {
            List<Camera> cameras = new ArrayList<>();
            for (int s = 0; s < count; s++) {
                String view = "source view %d of example %d".formatted(s, i);
                cameras.add(read(view, numbers, i * views + s));
            }
            all.add(cameras);
        }
        return all;
    }

    /**
     * Reads the target cameras; waits for the device.
     *
     * @return one for each example
     * @throws IllegalArgumentException if one is no camera; names the example
     */
    public List<Camera> readTargetCameras() {
        float[] numbers = targetCameras.toFloatArray();
        List<Camera> cameras = new ArrayList<>();
        for (int i = 0; i < target.getShape().get(0); i++) {
            cameras.add(read("target view of example " + i, numbers, i));
        }
        return cameras;
    }

    private static Camera read(String view, float[] numbers, int index) {
        int start = index * Camera.NUMBERS;
        float[] own = new float[Camera.NUMBERS];
        System.arraycopy(numbers, start, own, 0, own.length);
        return Camera.ofNumbers(view, own);
    }

    /** -1 stands for any size of at least 1. */
    private static void requireShape(String what, NDArray array, long... expected) {
        Shape shape = array.getShape();
        boolean fits = shape.dimension() == expected.length;
        for (int i = 0; fits && i < expected.length; i++) {
            fits = expected[i] < 0 ? shape.get(i) >= 1 : shape.get(i) == expected[i];
        }
        if (!fits || array.getDataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException(
                    "%s: expected float32 of shape %s (-1: any), found %s %s"
                            .formatted(what, new Shape(expected), array.getDataType(), shape));
        }
    }
}
