package org.soda4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.Soda;
import org.soda4j.SodaConfig;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.eval.probe.ProbeComparison;
import org.soda4j.eval.probe.ProbeEvaluation;
import org.soda4j.training.RunConfig;

class ProbeImagesTest {

    @TempDir private Path folder;

    private void write(String name, int count) throws IOException {
        Path of = Files.createDirectories(folder.resolve(name));
        for (int i = 0; i < count; i++) {
            BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
            image.setRGB(0, 0, i);
            ImageIO.write(image, "png", of.resolve("%03d.png".formatted(i)).toFile());
        }
    }

    @Test
    void aRareClassKeepsItsShareAndAsManyAsKnnWants() throws IOException {
        write("common", 200);
        write("rare", 25);
        ProbeImages all =
                ProbeImages.of(
                        new TrainingImages(TrainingImages.IMAGES, folder),
                        Soda.builder().config(),
                        null);
        assertThat(all.haveProbes()).as(all.whyNoProbes()).isTrue();
        ImageDataset some = all.part(90).train();
        assertThat(some.size()).isEqualTo(100);
        assertThat(rare(some)).isEqualTo(20); // Its share is 10.
        ImageDataset test = all.part(90).test();
        assertThat(test.size()).isEqualTo(18);
        assertThat(rare(test)).isEqualTo(2); // A ninth, as of all.
    }

    private static int rare(ImageDataset images) {
        int rare = 0;
        for (int i = 0; i < images.size(); i++) {
            rare += images.label(i);
        }
        return rare;
    }

    @Test
    void onTheWayTheMoreAnImageHasTheFewerAreProbed() throws IOException {
        write("one", 200);
        write("other", 200);
        SodaConfig model =
                RunConfig.preset("minutes-64", "model.denoiser.imageShape=[3, 128, 128]").model();
        TrainingImages images = new TrainingImages(TrainingImages.IMAGES, folder);
        ProbeImages all = ProbeImages.of(images, model, null);
        assertThat(all.train().size()).isEqualTo(320);
        // 12.5 million numbers, of 3 x 128 x 128 each, of both classes as many.
        assertThat(all.onTheWay(images, model).train().size()).isEqualTo(254);
        assertThat(all.onTheWay(images, Soda.builder().config()).train().size()).isEqualTo(320);
        assertThat(all.onTheWay(new TrainingImages("cifar10", folder), model).train().size())
                .isEqualTo(254);
        assertThat(
                        all.onTheWay(new TrainingImages(TrainingImages.IMAGES, folder, 320), model)
                                .train()
                                .size())
                .isEqualTo(320);
    }

    /** A model has statistics of its features after a training; without, those of the images do. */
    @Test
    void aModelWithoutStatisticsIsComparedToo() throws IOException {
        write("one", 30);
        write("other", 30);
        SodaConfig model =
                RunConfig.preset("minutes-16", "model.encoder.widthMultiplier=0.125").model();
        TrainingImages images = new TrainingImages(TrainingImages.IMAGES, folder);
        try (Soda soda = Soda.builder().config(model).build()) {
            assertThat(soda.featureStatistics()).isEmpty();
            ProbeImages probes = ProbeImages.of(images, model, null);
            ProbeComparison compared = probes.compare(soda);
            assertThat(compared.rows())
                    .extracting(ProbeComparison.Row::features)
                    .containsExactly("chance", "raw pixels", "untrained encoder", "SODA");
            ProbeImages some = probes.onTheWay(images, model);
            ProbeEvaluation onTheWay = ProbeEvaluation.of(some.train(), some.test());
            assertThat(onTheWay.pixels()).isEmpty();
            onTheWay.baselines(soda);
            assertThat(onTheWay.pixels()).contains(compared.rows().get(1));
            assertThat(probes.compare(soda, onTheWay.pixels())).isEqualTo(compared);
            ProbeComparison.Row given = new ProbeComparison.Row("raw pixels", 0.25, 0.5, 0.75);
            assertThat(probes.compare(soda, Optional.of(given)).rows().get(1)).isEqualTo(given);
        }
    }
}
