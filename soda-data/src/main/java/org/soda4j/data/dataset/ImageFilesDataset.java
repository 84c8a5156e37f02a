package org.soda4j.data.dataset;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;

/** Images in files of their own: decoded by whoever asks, or all of them once, into memory. */
class ImageFilesDataset extends ImageDataset {

    private static final Logger LOGGER = LoggerFactory.getLogger(ImageFilesDataset.class);

    private final Path base;
    private final List<ImageFile> files;
    private final List<String> classNames;
    private final ImageDecoder decoder;
    private final ResizedImageCache cache;
    private final PixelImage[] memory;

    ImageFilesDataset(
            ImageFilesBuilder<?> builder,
            Path base,
            List<ImageFile> files,
            List<String> classNames) {
        super(builder);
        this.base = base;
        this.classNames = List.copyOf(classNames);
        decoder = builder.decoder.build();
        cache = builder.cache(decoder);
        boolean skip = builder.onError == OnError.SKIP;
        PixelImage[] decoded =
                skip || builder.inMemory ? decodeAll(files, skip, builder.inMemory) : null;
        if (decoded != null && skip) {
            List<Integer> good =
                    IntStream.range(0, files.size())
                            .filter(i -> decoded[i] != null)
                            .boxed()
                            .toList();
            this.files = good.stream().map(files::get).toList();
            memory =
                    builder.inMemory
                            ? good.stream().map(i -> decoded[i]).toArray(PixelImage[]::new)
                            : null;
        } else {
            this.files = List.copyOf(files);
            memory = decoded;
        }
        if (this.files.isEmpty()) {
            throw new DatasetException(
                    base.toString(), "expected at least one readable image, found none");
        }
    }

    /** Decodes every file once, on all cores; null where a file had to be left out. */
    private PixelImage[] decodeAll(List<ImageFile> all, boolean skip, boolean keep) {
        PixelImage readable = new PixelImage(1, 1, 1, new byte[1]);
        PixelImage[] decoded = new PixelImage[all.size()];
        AtomicReferenceArray<DatasetException> problems = new AtomicReferenceArray<>(all.size());
        IntStream.range(0, all.size())
                .parallel()
                .forEach(
                        i -> {
                            try {
                                PixelImage image = read(all.get(i), i);
                                decoded[i] = keep ? image : readable;
                            } catch (DatasetException e) {
                                if (!skip) {
                                    throw e;
                                }
                                problems.set(i, e);
                            }
                        });
        List<DatasetException> found =
                IntStream.range(0, all.size())
                        .mapToObj(problems::get)
                        .filter(Objects::nonNull)
                        .toList();
        if (!found.isEmpty()) {
            LOGGER.warn(
                    "{}: left out {} of {} images, the first: {}",
                    base,
                    found.size(),
                    all.size(),
                    found.get(0).getMessage());
        }
        return decoded;
    }

    private PixelImage read(ImageFile file, int index) {
        Path path = base.resolve(file.path());
        return cache == null ? decoder.decode(path, index) : cache.read(path, file.path(), index);
    }

    @Override
    public PixelImage image(int index) {
        Objects.checkIndex(index, files.size());
        return memory == null ? read(files.get(index), index) : memory[index];
    }

    @Override
    public int label(int index) {
        Objects.checkIndex(index, files.size());
        return files.get(index).label();
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public String source(int index) {
        Objects.checkIndex(index, files.size());
        return base.resolve(files.get(index).path()) + ", index " + index;
    }

    @Override
    public String id(int index) {
        return files.get(index).path();
    }

    @Override
    public Optional<Path> path(int index) {
        return Optional.of(base.resolve(files.get(index).path()));
    }

    @Override
    public String contentHash() {
        ContentHash hash = new ContentHash();
        hash.addInt(files.size());
        for (int i = 0; i < files.size(); i++) {
            ImageFile file = files.get(i);
            byte[] path = file.path().getBytes(StandardCharsets.UTF_8);
            hash.addInt(path.length);
            hash.addBytes(path);
            hash.addInt(file.label());
            hash.addFile(base.resolve(file.path()), i);
        }
        return hash.hex();
    }

    @Override
    protected long availableSize() {
        return files.size();
    }
}
