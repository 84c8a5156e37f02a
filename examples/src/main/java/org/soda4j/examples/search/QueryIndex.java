package org.soda4j.examples.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.Soda;
import org.soda4j.eval.search.ImageEncoder;
import org.soda4j.eval.search.ImageIndex;
import org.soda4j.eval.search.ImageQuery;
import org.soda4j.eval.search.Match;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds the images of an index that are like others. */
@Command(
        name = "query",
        sortOptions = false,
        description = {
            "Lists the images of an index that are most like one image, or like several together.",
            "An IMAGE is a file, or the path of an indexed one below its folder."
        })
public final class QueryIndex extends IndexProgram {

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "IMAGE",
            description = "What to look for.")
    private List<String> images;

    @Option(names = "--count", defaultValue = "10", description = "How many to list.")
    private int count;

    @Option(
            names = "--sections",
            split = ",",
            paramLabel = "N",
            description = "Alike in these sections of the latent, from 0. Default: all features.")
    private int[] sections = {};

    @Option(
            names = "--label",
            paramLabel = "NAME",
            description = "Only images of this class (folder). Default: all.")
    private String label;

    @Option(
            names = "--under",
            paramLabel = "PATH",
            defaultValue = "",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Only images whose paths begin so. Default: all.")
    private String under;

    @Option(names = "--exact", description = "Compares with every image, without the graph.")
    private boolean exact;

    @Mixin private IndexedModel model;

    @Override
    Answer answer(ImageIndex index) throws IOException {
        requireAtLeast(1, "--count", count);
        ImageQuery query = query(index).k(count).sections(sections).under(under);
        query = label == null ? query : query.label(label);
        List<Match> matches = index.search(exact ? query.exact() : query);
        StringBuilder text = new StringBuilder();
        List<ThumbnailSheet.Item> items = new ArrayList<>();
        for (Match match : matches) {
            text.append(line(match.similarity(), match.id()));
            items.add(ThumbnailSheet.Item.scored(match.id(), match.similarity()));
        }
        ThumbnailSheet sheet =
                sheet().add(
                                "Looked for",
                                "",
                                images.stream()
                                        .map(
                                                image ->
                                                        new ThumbnailSheet.Item(
                                                                located(index, image), image, ""))
                                        .toList())
                        .add("Alike", "The most alike first, with the cosine.", items);
        return new Answer(matches, text.toString(), "Alike: " + images.get(0), sheet);
    }

    /** A file's absolute path stays that when it is resolved against the index's folder. */
    private static Path located(ImageIndex index, String image) {
        Path file = Path.of(image);
        return index.image(image).isPresent() ? file : file.toAbsolutePath().normalize();
    }

    private ImageQuery query(ImageIndex index) throws IOException {
        if (images.stream().allMatch(image -> index.image(image).isPresent())) {
            return ImageQuery.ofIds(images.toArray(String[]::new));
        }
        for (String image : images) {
            if (!Files.isRegularFile(Path.of(image)) && index.image(image).isEmpty()) {
                throw new IOException(
                        image
                                + ": expected an image file, or the path of an indexed one, found neither");
            }
        }
        try (Soda soda = load(model)) {
            Path[] files =
                    images.stream()
                            .map(
                                    image ->
                                            Files.isRegularFile(Path.of(image))
                                                    ? Path.of(image)
                                                    : imageFolder().resolve(image))
                            .toArray(Path[]::new);
            return ImageQuery.ofFiles(ImageEncoder.of(soda), files);
        }
    }
}
