package org.soda4j.eval;

import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.image.PixelImage;

/** Images of noise around a brightness, with labels as a test wants them. */
public final class TestImages extends ImageDataset {

    private final int size;
    private final int side;
    private final IntUnaryOperator label;
    private final IntUnaryOperator brightness;
    private final List<String> classNames;

    private TestImages(
            int size,
            int side,
            IntUnaryOperator label,
            IntUnaryOperator brightness,
            List<String> classNames) {
        super(new Sampling().setSampling(1, false));
        this.size = size;
        this.side = side;
        this.label = label;
        this.brightness = brightness;
        this.classNames = classNames;
    }

    /** Two classes in turn, a dark one and a bright one. */
    public static TestImages darkAndBright(int size, int side) {
        return of(size, side, i -> i % 2, i -> i % 2 == 0 ? 70 : 180, "dark", "bright");
    }

    /** Any images. */
    public static TestImages of(
            int size,
            int side,
            IntUnaryOperator label,
            IntUnaryOperator brightness,
            String... names) {
        return new TestImages(size, side, label, brightness, List.of(names));
    }

    @Override
    public PixelImage image(int index) {
        Random random = new Random(index);
        byte[] pixels = new byte[side * side * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (brightness.applyAsInt(index) + random.nextInt(60));
        }
        return new PixelImage(side, side, 3, pixels);
    }

    @Override
    public int label(int index) {
        return label.applyAsInt(index);
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    protected long availableSize() {
        return size;
    }

    private static final class Sampling extends BaseBuilder<Sampling> {
        @Override
        protected Sampling self() {
            return this;
        }
    }
}
