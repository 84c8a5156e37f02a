package org.soda4j.data.download;

/** Hears how far a download is. */
@FunctionalInterface
public interface DownloadProgress {

    /**
     * Called about every megabyte, and at the end, by the thread that called {@code build}.
     *
     * @param file the file's name
     * @param bytes how many bytes are there, counting those of an earlier, interrupted download
     * @param totalBytes how many there will be, or -1 if that is not known
     */
    void onProgress(String file, long bytes, long totalBytes);
}
