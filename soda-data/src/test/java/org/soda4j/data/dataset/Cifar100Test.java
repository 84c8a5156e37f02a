package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.training.dataset.Dataset;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.io.DatasetException;

class Cifar100Test extends ImageDatasetContract {

    private static final int RECORDS = 110;

    @TempDir Path folder;

    @BeforeEach
    void write() throws Exception {
        Files.write(folder.resolve("train.bin"), CifarFiles.records(0, RECORDS, 20, 100));
        Files.write(folder.resolve("test.bin"), CifarFiles.records(1, RECORDS, 20, 100));
    }

    private Cifar100.Builder builder() {
        return Cifar100.builder().root(folder).recordsPerFile(RECORDS);
    }

    @Override
    ImageDataset open() {
        return builder().build();
    }

    @Override
    int expectedSize() {
        return RECORDS;
    }

    @Test
    void fineAndCoarseLabelsComeFromTheirBytes() {
        Cifar100 fine = builder().build();
        Cifar100 coarse = builder().labels(Cifar100.LabelKind.COARSE).build();
        assertThat(fine.classNames()).hasSize(100).isSorted();
        assertThat(coarse.classNames()).hasSize(20).isSorted();
        assertThat(fine.label(47)).isEqualTo(47);
        assertThat(coarse.label(47)).isEqualTo(7);
        assertThat(fine.classNames().get(47)).isEqualTo("maple_tree");
        assertThat(coarse.classNames().get(17)).isEqualTo("trees");
        assertThat(fine.image(47).pixels()).isEqualTo(coarse.image(47).pixels());
        assertThat(fine.image(47).pixels()[2]).isEqualTo(CifarFiles.sample(0, 47, 2, 0, 0));
    }

    @Test
    void testSplitIsTestBin() {
        assertThat(builder().split(Dataset.Usage.TEST).build().label(0)).isEqualTo(1);
    }

    @Test
    void eitherLabelOutOfRangeIsRefused() throws Exception {
        Path file = folder.resolve("train.bin");
        byte[] bytes = Files.readAllBytes(file);
        bytes[5 * 3074] = 20;
        Files.write(file, bytes);
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(
                        "train.bin, index 5: expected label byte 0 in 0..19, found 20");
        bytes[5 * 3074] = 0;
        bytes[6 * 3074 + 1] = 100;
        Files.write(file, bytes);
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("index 6: expected label byte 1 in 0..99, found 100");
    }
}
