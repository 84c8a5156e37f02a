package org.soda4j.encoder;

/** Counts the multiplications of one image's pass through a {@link ResNetEncoderConfig}. */
final class EncoderCost {

    private EncoderCost() {}

    static long multiplyAdds(ResNetEncoderConfig net, int height, int width) {
        long sum = firstConvolution(net, height, width);
        int h = net.smallImages() ? height : half(half(height));
        int w = net.smallImages() ? width : half(half(width));
        int in = net.channels(0);
        int[] blocks = net.blocksPerStage();
        for (int stage = 0; stage < blocks.length; stage++) {
            long inner = net.channels(stage);
            long out = inner * net.expansion();
            for (int i = 0; i < blocks[stage]; i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                long before = (long) h * w;
                h = stride == 1 ? h : half(h);
                w = stride == 1 ? w : half(w);
                long pixels = (long) h * w;
                sum +=
                        net.expansion() == 1
                                ? 9 * inner * (in + inner) * pixels
                                : in * inner * before + (9 * inner + out) * inner * pixels;
                if (stride != 1 || in != out) {
                    sum += in * out * pixels;
                }
                in = Math.toIntExact(out);
            }
        }
        return sum + (long) net.featureSize() * net.latentSize();
    }

    /** The first convolution, whose input needs no gradient. */
    static long firstConvolution(ResNetEncoderConfig net, int height, int width) {
        long taps = net.smallImages() ? 9 : 49;
        int h = net.smallImages() ? height : half(height);
        int w = net.smallImages() ? width : half(width);
        return taps * net.inputChannels() * net.channels(0) * h * w;
    }

    private static int half(int size) {
        return (size + 1) / 2;
    }
}
