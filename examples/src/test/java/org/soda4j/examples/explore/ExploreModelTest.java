package org.soda4j.examples.explore;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.examples.training.ShapesModel;
import org.soda4j.image.ImagePreparation;
import org.soda4j.image.ImagePreparation.Fit;

class ExploreModelTest {

    /** The decoder's test files: formats, orientations, palettes, alpha, 16 bits, CMYK. */
    private static final Path FILES =
            Path.of("../soda-core/src/test/resources/org/soda4j/image/images");

    @ParameterizedTest
    @EnumSource
    void anUploadedFileIsWhatItIsEverywhere(Fit fit) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(FILES)) {
            files = all.filter(file -> !file.toString().matches(".*\\.(rgb|grey|txt)")).toList();
        }
        assertThat(files).hasSizeGreaterThan(20);
        try (Soda soda =
                        TinyModels.builder(12, 1, 2)
                                .preparation(new ImagePreparation(true, "#20c040", fit))
                                .build();
                NDManager manager = NDManager.newBaseManager(soda.device(), "PyTorch")) {
            ImageDataset shapes = ShapesModel.shapes(40, 0);
            Neighbours neighbours = Neighbours.among(soda, shapes);
            ExploreModel model = new ExploreModel(soda, shapes, neighbours);
            for (Path file : files) {
                NDArray uploaded =
                        ModelImages.of(
                                soda, manager, List.of(model.decode(Files.readAllBytes(file))));
                assertThat(uploaded.toFloatArray())
                        .as("%s", file)
                        .isEqualTo(soda.prepare(manager, List.of(file)).toFloatArray());
            }
        }
    }
}
