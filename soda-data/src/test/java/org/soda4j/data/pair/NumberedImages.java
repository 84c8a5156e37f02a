package org.soda4j.data.pair;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.image.PixelImage;

/** Images made from their index; the label is the index, so that a batch tells what is in it. */
final class NumberedImages extends ImageDataset {

    private final int size;
    private final int side;

    /** An image that cannot be read, or -1. */
    volatile int broken = -1;

    /** How many images were asked for. */
    final AtomicInteger reads = new AtomicInteger();

    NumberedImages(int size, int side) {
        super(new Sampling().setSampling(1, false));
        this.size = size;
        this.side = side;
    }

    @Override
    public PixelImage image(int index) {
        reads.incrementAndGet();
        if (index == broken) {
            throw new IllegalArgumentException("numbers.bin: truncated");
        }
        byte[] pixels = new byte[side * side * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (index * 31 + i * 7 + (i * i) / 5);
        }
        return new PixelImage(side, side, 3, pixels);
    }

    @Override
    public int label(int index) {
        return index;
    }

    @Override
    public List<String> classNames() {
        return List.of();
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
