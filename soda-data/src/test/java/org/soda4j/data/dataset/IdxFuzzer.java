package org.soda4j.data.dataset;

import java.io.ByteArrayInputStream;
import org.soda4j.data.DatasetException;

/** Feeds bytes to the IDX reader: as images, as labels, and as both files of a data set. */
public final class IdxFuzzer {

    private IdxFuzzer() {}

    /**
     * Reads the bytes; anything but a data set or a {@link DatasetException} is a finding.
     *
     * @param data the first byte says where the second file begins, the rest are the files
     */
    public static void fuzzerTestOneInput(byte[] data) {
        tryReading(data, 3);
        tryReading(data, 1);
        if (data.length == 0) {
            return;
        }
        int cut = 1 + (int) ((data[0] & 0xff) / 256.0 * (data.length - 1));
        try {
            IdxDataset set =
                    IdxDataset.builder()
                            .streams(
                                    new ByteArrayInputStream(data, 1, cut - 1),
                                    new ByteArrayInputStream(data, cut, data.length - cut))
                            .onError((data[0] & 1) == 0 ? OnError.STOP : OnError.SKIP)
                            .build();
            for (int i = 0; i < set.size(); i++) {
                if (set.label(i) < 0 || set.label(i) > 9 || set.image(i).channels() != 1) {
                    throw new AssertionError("label or image out of range at " + i);
                }
            }
        } catch (DatasetException e) {
            requireMessage(e);
        }
    }

    private static void tryReading(byte[] data, int dimensions) {
        try {
            IdxFile file = IdxFile.read("fuzz", new ByteArrayInputStream(data), dimensions, -1);
            if (file.rows().length != file.dimensions()[0]) {
                throw new AssertionError("rows and header differ");
            }
        } catch (DatasetException e) {
            requireMessage(e);
        }
    }

    static void requireMessage(DatasetException e) {
        if (e.getMessage() == null || e.file() == null) {
            throw new AssertionError("an error that names no file", e);
        }
    }
}
