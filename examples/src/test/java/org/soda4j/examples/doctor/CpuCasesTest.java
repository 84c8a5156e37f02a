package org.soda4j.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.soda4j.engine.FastKernel;
import org.soda4j.engine.KernelShape;
import org.soda4j.engine.NumberFormat;

/** What is swept; nothing is computed here. */
class CpuCasesTest {

    private static final long[][] FAULTY = {
        {256, 1024}, {512, 1024}, {512, 2048}, {1024, 512}, {1024, 2048}
    };

    @Test
    void theModelsHaveTheChannelsThatEndProcesses() {
        for (long[] pair : FAULTY) {
            assertThat(ModelShapes.ofAll().convolutions())
                    .as("%d to %d", pair[0], pair[1])
                    .anyMatch(
                            shape ->
                                    shape.inputs() == pair[0]
                                            && shape.outputs() == pair[1]
                                            && shape.size() == 1);
        }
    }

    @Test
    void theyAreTriedPackedAndPlainInBothPrecisions() {
        List<CheckCase> cases = new CpuCases(List.of()).cases();
        for (long[] pair : FAULTY) {
            String shape = "%d to %d channels, 1 x 1".formatted(pair[0], pair[1]);
            for (NumberFormat format : List.of(NumberFormat.FLOAT32, NumberFormat.BFLOAT16)) {
                String precision = format == NumberFormat.FLOAT32 ? "fp32" : "bf16";
                assertThat(cases).anyMatch(is("convolution", precision, shape));
                KernelShape kernel = new KernelShape(pair[1], pair[0], 1, 1);
                if (FastKernel.PACKED.takes(kernel, format)) {
                    assertThat(cases).anyMatch(is("packed", precision, shape));
                }
            }
        }
    }

    private static java.util.function.Predicate<CheckCase> is(
            String family, String precision, String shape) {
        return tried ->
                tried.family().equals(family)
                        && tried.precision().equals(precision)
                        && tried.shape().startsWith(shape);
    }

    @Test
    void stemsStridesAndDoublingAreThere() {
        ModelShapes shapes = ModelShapes.ofAll();
        assertThat(shapes.folded())
                .contains(
                        new KernelShape(64, 3, 7, 2),
                        new KernelShape(128, 3, 3, 1),
                        new KernelShape(4096, 2048, 1, 2));
        assertThat(shapes.convolutions())
                .contains(
                        new KernelShape(128, 3, 3, 1),
                        new KernelShape(256, 256, 3, 2),
                        new KernelShape(3, 128, 3, 1),
                        new KernelShape(768, 256, 1, 1));
        assertThat(shapes.doubled()).contains(new KernelShape(256, 256, 3, 1));
        assertThat(shapes.attentions()).contains(new ModelShapes.Attention(256, 32, 1, 32, 32));
        assertThat(ModelShapes.ofFew().convolutions())
                .isSubsetOf(shapes.convolutions())
                .hasSizeLessThan(shapes.convolutions().size());
    }

    /** Parent and child must mean the same case by a number. */
    @Test
    void theListIsTheSameEachTime() {
        assertThat(names()).isEqualTo(names()).hasSizeGreaterThan(300);
    }

    private static List<String> names() {
        return new CpuCases(List.of())
                .cases().stream()
                        .map(c -> c.family() + " " + c.precision() + " " + c.shape())
                        .toList();
    }

    @Test
    void familiesThatThePropertyLeavesOutAreNotTried() {
        System.setProperty("org.soda4j.kernels", "-doubling");
        try {
            assertThat(new CpuCases(List.of("quick")).cases())
                    .extracting(CheckCase::family)
                    .contains("folded")
                    .doesNotContain("doubling");
        } finally {
            System.clearProperty("org.soda4j.kernels");
        }
    }
}
