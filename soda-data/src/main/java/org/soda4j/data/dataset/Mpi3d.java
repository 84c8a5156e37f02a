package org.soda4j.data.dataset;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;
import org.soda4j.io.NpyHeader;

/**
 * MPI3D: images of 64 x 64 in colour of an object on a robot's arm, with seven known factors; held
 * in memory. There are 1,036,800 in each of {@code mpi3d_toy.npz}, {@code mpi3d_realistic.npz} and
 * {@code mpi3d_real.npz}, and 460,800 in {@code real3d_complicated_shapes_ordered.npz}; the number
 * tells which. The label is the object's shape.
 *
 * <p>Source: M. W. Gondal et al., "On the Transfer of Inductive Bias from Simulation to the Real
 * World: a New Disentanglement Dataset", 2019 (github.com/rr-learning/disentanglement_dataset).
 * Each file is a NumPy archive with one array, {@code images}, in the order of the factors.
 *
 * <pre>{@code
 * Mpi3d toy = Mpi3d.builder().root(Path.of("mpi3d_toy.npz")).count(10_000).build();
 * }</pre>
 */
public final class Mpi3d extends FactorDataset {

    private static final String ENTRY = "images.npy";
    private static final int SHAPE = 1;
    private static final int MAX_SIDE = 4096;

    private static final List<String> NAMES =
            List.of(
                    "object colour",
                    "object shape",
                    "object size",
                    "camera height",
                    "background colour",
                    "horizontal axis",
                    "vertical axis");

    private static final Set<Integer> ORDERED = Set.of(2, 3, 5, 6);

    private static final List<FactorSpace> SPACES =
            List.of(
                    new FactorSpace(NAMES, new int[] {6, 6, 2, 3, 3, 40, 40}, ORDERED),
                    new FactorSpace(NAMES, new int[] {4, 4, 2, 3, 3, 40, 40}, ORDERED));

    private Mpi3d(Builder builder, RecordCollector collected, FactorSpace space, int[][] factors) {
        super(
                builder,
                collected,
                space,
                factors,
                levelNames(NAMES.get(SHAPE), space.sizes()[SHAPE]));
    }

    /**
     * Starts a builder.
     *
     * @return a builder for all images
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Sets which part of MPI3D to read, and from where. */
    public static final class Builder extends FactorFilesBuilder<Builder> {

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Reads the images. The file is read to its end and compared with its checksum, also for a
         * few images.
         *
         * @return the data set; it holds no native memory and needs no closing
         * @throws DatasetException if the file is missing, is no such archive, is damaged, or has
         *     more than the heap has room for
         * @throws IllegalStateException if nothing says where the data are
         */
        public Mpi3d build() {
            Path file =
                    find(
                            List.of(
                                    "mpi3d_toy.npz",
                                    "mpi3d_realistic.npz",
                                    "mpi3d_real.npz",
                                    "real3d_complicated_shapes_ordered.npz"));
            try (ZipFile zip = new ZipFile(file.toFile())) {
                ZipEntry entry = zip.getEntry(ENTRY);
                if (entry == null) {
                    throw new IOException("expected the array images in it, found none");
                }
                // ZipFile does not compare checksums itself.
                try (InputStream raw = zip.getInputStream(entry);
                        CheckedInputStream in =
                                new CheckedInputStream(
                                        new BufferedInputStream(raw, 1 << 16), new CRC32())) {
                    return read(file, in, entry);
                }
            } catch (DatasetException e) {
                throw e;
            } catch (EOFException e) {
                throw new DatasetException(
                        file.toString(), -1, "expected more data: the images are truncated", e);
            } catch (IOException | RuntimeException e) {
                throw new DatasetException(
                        file.toString(), -1, "cannot be read: " + e.getMessage(), e);
            }
        }

        private Mpi3d read(Path file, CheckedInputStream in, ZipEntry entry) throws IOException {
            NpyHeader header = NpyHeader.read(in);
            int[] shape = header.shape();
            FactorSpace space = requireImages(header);
            int imageBytes = shape[1] * shape[2] * shape[3];
            long bytes = (long) shape[0] * imageBytes;
            if (bytes > entry.getSize()) {
                throw new IOException(
                        "expected %d bytes for the images, found fewer than %d in the archive"
                                .formatted(bytes, entry.getSize()));
            }
            int[] chosen = choose(file, shape[0], imageBytes);
            RecordCollector collector = new RecordCollector(OnError.STOP);
            collector.startFile(file.toString());
            int[][] factors = levels(space, chosen);
            int next = 0;
            for (int i = 0; i < chosen.length; i++) {
                in.skipNBytes((long) (chosen[i] - next) * imageBytes);
                byte[] pixels = in.readNBytes(imageBytes);
                if (pixels.length < imageBytes) {
                    throw new EOFException();
                }
                next = chosen[i] + 1;
                PixelImage image = new PixelImage(shape[2], shape[1], shape[3], pixels);
                collector.add(chosen[i], image, factors[i][SHAPE]);
            }
            in.skipNBytes((long) (shape[0] - next) * imageBytes);
            if (in.read() >= 0) {
                throw new IOException("expected the end behind the images, found more data");
            }
            if (in.getChecksum().getValue() != entry.getCrc()) {
                throw new IOException("the checksum differs; the file is damaged");
            }
            collector.finish("MPI3D");
            return new Mpi3d(this, collector, space, factors);
        }

        private static FactorSpace requireImages(NpyHeader header) throws IOException {
            int[] shape = header.shape();
            List<Integer> counts = new ArrayList<>();
            for (FactorSpace space : SPACES) {
                counts.add(space.combinations());
            }
            boolean fits =
                    header.kind() == 'u'
                            && header.itemBytes() == 1
                            && !header.byColumns()
                            && shape.length == 4
                            && counts.contains(shape[0])
                            && shape[1] >= 1
                            && shape[1] <= MAX_SIDE
                            && shape[2] >= 1
                            && shape[2] <= MAX_SIDE
                            && shape[3] == 3;
            if (!fits) {
                throw new IOException(
                        "expected unsigned bytes, row by row, [%s images, rows, columns, 3 channels], at most %d rows and columns, found %s%d %s"
                                .formatted(
                                        counts,
                                        MAX_SIDE,
                                        header.kind(),
                                        header.itemBytes(),
                                        Arrays.toString(shape)));
            }
            return SPACES.get(counts.indexOf(shape[0]));
        }
    }
}
