package org.soda4j.novelview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.soda4j.engine.PyTorchEngine;

/** The encoding against sines and cosines in double precision. */
class RayEncodingTest {

    /** Float32 rounds the angle 2^4 p, at most 48, by 2e-6; the sine itself by 6e-8. */
    private static final float TOLERANCE = 5e-6f;

    @Test
    void everyPixelIsTheClosedForm() {
        int height = 3;
        int width = 5;
        Camera first =
                new Camera(Intrinsics.ofHorizontalView(width, height, 60), Pose.orbit(3, 1, 0.4));
        Camera second =
                new Camera(Intrinsics.ofHorizontalView(width, height, 30), Pose.orbit(2, 4, -0.2));
        RayEncoding encoding = new RayEncoding(5, 2, 0);
        float[] numbers = new float[2 * 6 * height * width];
        first.rays(height, width, numbers, 0);
        second.rays(height, width, numbers, numbers.length / 2);
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            NDArray rays = manager.create(numbers, new Shape(2, 6, height, width));
            NDArray channels = encoding.encode(rays);
            assertThat(channels.getManager()).isSameAs(manager);
            assertThat(channels.getShape())
                    .isEqualTo(new Shape(2, encoding.channels(), height, width));
            assertThat(encoding.channels()).isEqualTo(3 * 11 + 3 * 5);
            float[] found = channels.toFloatArray();
            int plane = height * width;
            for (int camera = 0; camera < 2; camera++) {
                for (int pixel = 0; pixel < plane; pixel++) {
                    double[] ray = new double[6];
                    for (int i = 0; i < 6; i++) {
                        ray[i] = numbers[(camera * 6 + i) * plane + pixel];
                    }
                    List<Double> expected = expected(ray);
                    for (int c = 0; c < expected.size(); c++) {
                        int index = (camera * expected.size() + c) * plane + pixel;
                        assertThat(found[index])
                                .as("camera %d channel %d pixel %d", camera, c, pixel)
                                .isCloseTo(expected.get(c).floatValue(), within(TOLERANCE));
                    }
                }
            }
        }
    }

    /** Five bands of the origin, two of the direction, in the order that the class states. */
    private static List<Double> expected(double... ray) {
        List<Double> channels = new ArrayList<>();
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 3; i++) {
                channels.add(ray[3 * half + i]);
            }
            for (int k = 0; k < (half == 0 ? 5 : 2); k++) {
                for (int i = 0; i < 3; i++) {
                    channels.add(Math.sin(Math.pow(2, k) * ray[3 * half + i]));
                }
                for (int i = 0; i < 3; i++) {
                    channels.add(Math.cos(Math.pow(2, k) * ray[3 * half + i]));
                }
            }
        }
        return channels;
    }

    @Test
    void theProjectionSetsTheChannels() {
        assertThat(new RayEncoding(4, 4, 512).channels()).isEqualTo(512);
        assertThat(new RayEncoding(0, 0, 0).channels()).isEqualTo(6);
        assertThat(RayEncoding.defaults()).isEqualTo(new RayEncoding(4, 4, 0));
    }

    @Test
    void whatIsOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new RayEncoding(-1, 0, 0))
                .hasMessage("originBands: expected 0 .. 16, found -1");
        assertThatThrownBy(() -> new RayEncoding(0, 17, 0))
                .hasMessage("directionBands: expected 0 .. 16, found 17");
        assertThatThrownBy(() -> new RayEncoding(0, 0, -2))
                .hasMessage("width: expected at least 0, found -2");
        try (NDManager manager = PyTorchEngine.require().newBaseManager()) {
            NDArray wrong = manager.zeros(new Shape(1, 5, 2, 2));
            assertThatThrownBy(() -> RayEncoding.defaults().encode(wrong))
                    .hasMessageContaining("rays: expected shape [N, 6, H, W], found (1, 5, 2, 2)");
        }
    }
}
