package org.soda4j.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.soda4j.io.DatasetException;

class AdaptedDatasetTest extends ImageDatasetContract {

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    private ImageDataset adapt(NDArray images, NDArray labels) {
        return ImageDataset.of(
                new ArrayDataset.Builder()
                        .setData(images)
                        .optLabels(labels)
                        .setSampling(2, false)
                        .build(),
                List.of("a", "b", "c"));
    }

    /** 6 images of 4 rows and 5 columns; sample k of the whole array is k mod 251. */
    private NDArray channelsLast() {
        return manager.arange(0f, 6 * 4 * 5 * 3, 1).mod(251).reshape(new Shape(6, 4, 5, 3));
    }

    private NDArray labels() {
        return manager.create(new float[] {0, 1, 2, 0, 1, 2});
    }

    @Override
    ImageDataset open() {
        return adapt(channelsLast(), labels());
    }

    @Override
    int expectedSize() {
        return 6;
    }

    @Test
    void djlsLayoutsHoldTheSame() {
        String expected = open().contentHash();
        assertThat(open().image(1).pixels()[7]).isEqualTo((byte) 67);
        NDArray bytes = channelsLast().toType(DataType.UINT8, false);
        assertThat(adapt(bytes, labels()).contentHash()).isEqualTo(expected);
        NDArray tensor = channelsLast().transpose(0, 3, 1, 2).div(255);
        assertThat(adapt(tensor, labels()).contentHash()).isEqualTo(expected);
        NDArray grey = manager.zeros(new Shape(6, 4, 5)).add(9);
        assertThat(adapt(grey, labels()).image(5).channels()).isEqualTo(1);
        assertThat(adapt(grey, labels()).image(5).width()).isEqualTo(5);
    }

    @Test
    void oursAreTakenAsTheyAre() {
        ImageDataset data = open();
        assertThat(ImageDataset.of(data, List.of())).isSameAs(data);
    }

    @Test
    void whatIsNoImageOrLabelIsRefused() {
        assertThatThrownBy(() -> adapt(manager.zeros(new Shape(6, 4, 5, 2)), labels()).image(2))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("ArrayDataset, index 2: expected an image")
                .hasMessageContaining("(4, 5, 2)");
        assertThatThrownBy(() -> adapt(channelsLast().sub(1), labels()).image(0))
                .hasMessageContaining("expected samples in 0..255, found -1.0");
        assertThatThrownBy(() -> adapt(channelsLast().transpose(0, 3, 1, 2), labels()).image(0))
                .hasMessageContaining("expected samples in 0..1");
        assertThatThrownBy(() -> adapt(channelsLast(), labels().add(1)).label(2))
                .hasMessageContaining("index 2: expected a label in 0..2, found 3.0");
    }
}
