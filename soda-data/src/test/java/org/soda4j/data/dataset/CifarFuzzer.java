package org.soda4j.data.dataset;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.soda4j.data.DatasetException;

/** Feeds bytes to the CIFAR readers: as records, and as an archive. */
public final class CifarFuzzer {

    private static final CifarDataset.Format FORMAT =
            new CifarDataset.Format(
                    "CIFAR-100", "folder", OfficialFiles.CIFAR_100, new int[] {20, 100}, 1);

    private CifarFuzzer() {}

    /**
     * Reads the bytes; anything but records or a refusal is a finding.
     *
     * @param data a file
     */
    public static void fuzzerTestOneInput(byte[] data) {
        for (OnError onError : OnError.values()) {
            try {
                check(
                        CifarDataset.readRecords(
                                "fuzz", new ByteArrayInputStream(data), FORMAT, 2, onError));
            } catch (DatasetException e) {
                IdxFuzzer.requireMessage(e);
            } catch (IOException e) {
                throw new AssertionError("bytes in memory cannot fail", e);
            }
            try {
                CifarDataset.readArchive(
                                "fuzz",
                                new ByteArrayInputStream(data),
                                FORMAT,
                                List.of("a.bin", "b.bin"),
                                1,
                                onError)
                        .values()
                        .forEach(CifarFuzzer::check);
            } catch (DatasetException e) {
                IdxFuzzer.requireMessage(e);
            } catch (IOException e) {
                // The caller turns it into a DatasetException that names the file.
                continue;
            }
        }
    }

    private static void check(RecordCollector records) {
        for (int label : records.labels()) {
            if (label < 0 || label > 99) {
                throw new AssertionError("label " + label);
            }
        }
        if (records.images().size() != records.labels().length) {
            throw new AssertionError("images and labels differ");
        }
    }
}
