package org.soda4j.eval.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.soda4j.eval.feature.UnlabelledImages;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/**
 * Files that are decoded a few ahead of whoever reads them in order. What cannot be decoded is one
 * black pixel, and stands among the problems. For one thread.
 */
final class FileImages extends UnlabelledImages {

    private static final PixelImage NOTHING = new PixelImage(1, 1, 3, new byte[3]);

    private final List<Path> files;
    private final ImageDecoder decoder;
    private final List<CompletableFuture<PixelImage>> decoding = new ArrayList<>();
    private final int ahead = 2 * Runtime.getRuntime().availableProcessors();
    private final Map<Integer, String> problems = new TreeMap<>();

    /**
     * @param decoder as the model prepares files
     */
    FileImages(List<Path> files, ImageDecoder decoder) {
        super(files.size());
        this.decoder = decoder;
        this.files = List.copyOf(files);
    }

    @Override
    public PixelImage image(int index) {
        while (decoding.size() < Math.min(files.size(), index + ahead)) {
            Path file = files.get(decoding.size());
            decoding.add(CompletableFuture.supplyAsync(() -> decoder.decode(file)));
        }
        try {
            PixelImage image = decoding.get(index).join();
            decoding.set(index, null); // Read once; a folder's images together fill any memory.
            return image;
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof DatasetException problem)) {
                throw e;
            }
            problems.put(index, problem.getMessage());
            return NOTHING;
        }
    }

    /** Messages by index, of the images that were asked for. */
    Map<Integer, String> problems() {
        return problems;
    }
}
