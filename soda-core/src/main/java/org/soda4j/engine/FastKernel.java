package org.soda4j.engine;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The families of fast ways of computing. Each stands for plain operators, takes the shapes that
 * are said here, and may differ from the plain ones by its bound at most, relative to the greatest
 * value. That is tried on first use in a process, for each class of shapes ({@link Qualification});
 * what fails is left out.
 *
 * <p>The property {@code org.soda4j.kernels} names families to leave out without a trial, each with
 * a minus, separated by commas ({@code -winograd,-packed}), or {@code plain} for all of them. With
 * {@code +packed}, kernels are packed wherever the CPU library can, not only where that was
 * measured to be faster.
 */
@Internal
public enum FastKernel {
    /**
     * Batch norm of inference inside of the convolution before it. For a convolution and a batch
     * norm; all shapes, on CPUs.
     */
    FOLDED(1e-5, 2e-2, 3e-3),
    /**
     * Kernels laid out once as the CPU library computes with them, on channels-last maps, with sum
     * and ReLU. For a convolution, a sum and ReLU; output channels a multiple of 16.
     */
    PACKED(1e-5, 1e-2, 2e-3),
    /**
     * Winograd's algorithm F(4 x 4, 3 x 3). For a 3 x 3 convolution of stride 1 in float32 with
     * channels a multiple of 16, on CPUs.
     */
    WINOGRAD(1e-5, 0, 0),
    /**
     * Doubling and the 3 x 3 convolution after it as one transposed convolution, with its
     * gradients. For nearest-neighbour upsampling and a convolution; input channels a multiple of
     * 16, output channels of 32.
     */
    DOUBLING(1e-5, 4e-2, 5e-3),
    /**
     * Dropout whose mask is made of random bits. For the engine's dropout; all shapes. What differs
     * is the share that is dropped, by 1 / 32768 where a number of bits cannot give it.
     */
    DROPOUT(1e-4, 1e-4, 1e-4),
    /** The engine's fused AdamW. For AdamW in elementary operations; all shapes, in float32. */
    ADAMW(1e-5, 0, 0);

    /** From here on Winograd's kernels, which are four times as large, take too much memory. */
    private static final int MANY_CHANNELS = 512;

    /** Images have up to so many channels. */
    static final int IMAGE_CHANNELS = 4;

    /** Below, transforming maps for Winograd's algorithm takes as long as it saves. */
    private static final int FEWEST_FOR_WINOGRAD = 128;

    private static final int TRIAL_CHANNELS = 64;

    private static final String PROPERTY = "org.soda4j.kernels";
    private static final String NONE = "plain";
    private static final String ALL_PACKED = "+packed";

    private final double float32Bound;
    private final double bfloat16Bound;
    private final double float16Bound;

    FastKernel(double float32Bound, double bfloat16Bound, double float16Bound) {
        this.float32Bound = float32Bound;
        this.bfloat16Bound = bfloat16Bound;
        this.float16Bound = float16Bound;
    }

    /**
     * The greatest difference from the plain operators in float32, relative to their greatest
     * value. In bfloat16 and float16 that is a few roundings of what goes in and comes out; a wrong
     * sum is off by 0.05 and more.
     *
     * @param format of feature maps
     * @return the bound
     */
    public double bound(NumberFormat format) {
        return switch (format) {
            case FLOAT32 -> float32Bound;
            case BFLOAT16 -> bfloat16Bound;
            case FLOAT16 -> float16Bound;
        };
    }

    /**
     * Returns the family's name in the property and in messages.
     *
     * @return such as {@code winograd}
     */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns whether the family is there for convolutions of a shape, on this processor; for what
     * is no convolution, whether it is there for a format.
     *
     * @param shape of the kernel
     * @param format of feature maps
     * @return false if the plain operators compute it anyway
     */
    public boolean takes(KernelShape shape, NumberFormat format) {
        return switch (this) {
            case FOLDED, DROPOUT -> true;
            case PACKED -> areBlocks(shape.outputs(), 16) && isPackable(shape.inputs(), format);
            case WINOGRAD ->
                    format == NumberFormat.FLOAT32
                            && shape.size() == 3
                            && shape.stride() == 1
                            && Math.min(shape.outputs(), shape.inputs()) >= FEWEST_FOR_WINOGRAD
                            && Math.max(shape.outputs(), shape.inputs()) < MANY_CHANNELS
                            && PACKED.takes(shape, format);
            case DOUBLING ->
                    shape.size() == 3
                            && areBlocks(shape.outputs(), 32)
                            && areBlocks(shape.inputs(), 16);
            case ADAMW -> format == NumberFormat.FLOAT32;
        };
    }

    /**
     * The shape that stands for a class. How the library computes with packed kernels follows from
     * both numbers of channels, and faults did so, too: such kernels are tried at exactly these.
     * Doubling's faults came with an odd number of blocks, which a smaller kernel has as well.
     * Folding and Winograd's algorithm are arithmetic around products that the plain operators use,
     * the same for any number of channels.
     */
    KernelShape trialShape(KernelShape shape) {
        return switch (this) {
            case PACKED -> shape;
            case FOLDED, WINOGRAD, DOUBLING ->
                    new KernelShape(
                            trialChannels(shape.outputs()),
                            trialChannels(shape.inputs()),
                            shape.size(),
                            shape.stride());
            case DROPOUT, ADAMW -> KernelShape.ANY;
        };
    }

    /** Up to 127 channels, as far from a multiple of 64 as the given number. */
    private static long trialChannels(long channels) {
        return channels < TRIAL_CHANNELS ? channels : TRIAL_CHANNELS + channels % TRIAL_CHANNELS;
    }

    private static boolean areBlocks(long channels, int block) {
        return channels % block == 0;
    }

    /** Images are filled up; bfloat16 is not packed without vectors of 512 bits. */
    private static boolean isPackable(long inputs, NumberFormat format) {
        boolean has =
                switch (format) {
                    case FLOAT32 -> Processor.hasAvx2() || isPackingForced();
                    case BFLOAT16 -> Processor.hasAvx512();
                    case FLOAT16 -> false;
                };
        return has && (areBlocks(inputs, 16) || inputs <= IMAGE_CHANNELS);
    }

    /**
     * Returns whether it is used where it takes a shape.
     *
     * @return false if the property or a failed trial of this process leaves it out
     */
    public boolean isOn() {
        return !leftOut().contains(this) && !Qualification.hasFailed(this);
    }

    /** Whether the property asks for packing wherever the library can. */
    static boolean isPackingForced() {
        return requests().contains(ALL_PACKED);
    }

    private static Set<FastKernel> leftOut() {
        Set<FastKernel> leftOut = EnumSet.noneOf(FastKernel.class);
        for (String request : requests()) {
            if (request.equals(NONE)) {
                return EnumSet.allOf(FastKernel.class);
            }
            Arrays.stream(values())
                    .filter(family -> request.equals("-" + family.id()))
                    .forEach(leftOut::add);
        }
        return leftOut;
    }

    private static Set<String> requests() {
        String property = System.getProperty(PROPERTY, "");
        if (property.isBlank()) {
            return Set.of();
        }
        Set<String> known =
                Arrays.stream(values()).map(f -> "-" + f.id()).collect(Collectors.toSet());
        known.add(NONE);
        known.add(ALL_PACKED);
        Set<String> found = Set.of(property.strip().split("\\s*,\\s*"));
        for (String request : found) {
            if (!known.contains(request)) {
                throw new IllegalArgumentException(
                        "-D%s=%s: expected some of %s, found %s"
                                .formatted(
                                        PROPERTY,
                                        property,
                                        known.stream().sorted().collect(Collectors.joining(", ")),
                                        request));
            }
        }
        return found;
    }
}
