package org.soda4j.data.download;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.engine.Internal;
import org.soda4j.io.DatasetException;

/**
 * Fetches one official file: into {@code NAME.part}, from where an earlier attempt stopped (HTTP
 * ranges, RFC 9110, section 14), checked against its checksum, then moved into place at once. The
 * name itself never holds anything but the whole, checked file.
 */
@Internal
public final class Download {

    private static final Logger LOGGER = LoggerFactory.getLogger(Download.class);
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int PROGRESS_BYTES = 1 << 20;

    private final DownloadProgress progress;
    private final int attempts;
    private final Duration pause;
    private final Duration stallLimit;
    private final Disk disk;

    /** Wraps the channel that is written to; tests fill the disk with it. */
    @FunctionalInterface
    interface Disk {
        WritableByteChannel wrap(FileChannel part);
    }

    /** Says that writing failed, which trying again does not mend. */
    private static final class WriteFailedException extends IOException {

        private static final long serialVersionUID = 1L;

        WriteFailedException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Says that the server does not give the file. */
    private static final class RefusedException extends IOException {

        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * Makes a download with five attempts.
     *
     * @param progress called as it goes on, on the thread that fetches
     */
    public Download(DownloadProgress progress) {
        this(progress, 5, Duration.ofSeconds(2), Duration.ofSeconds(60), part -> part);
    }

    Download(
            DownloadProgress progress,
            int attempts,
            Duration pause,
            Duration stallLimit,
            Disk disk) {
        this.progress = progress;
        this.attempts = attempts;
        this.pause = pause;
        this.stallLimit = stallLimit;
        this.disk = disk;
    }

    /**
     * Fetches the file into the folder unless it is there.
     *
     * @param file what to fetch
     * @param folder made if it is missing
     * @return where the file is
     * @throws DatasetException if no place gives the file with its checksum, writing failed, or
     *     another process is fetching it
     */
    public Path fetch(OfficialFile file, Path folder) {
        Path target = folder.resolve(file.name());
        if (Files.exists(target)) {
            return target;
        }
        Path part = folder.resolve(file.name() + ".part");
        try {
            Files.createDirectories(folder);
            try (FileChannel channel =
                            FileChannel.open(
                                    part,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.READ,
                                    StandardOpenOption.WRITE);
                    FileLock lock = lock(channel)) {
                if (lock == null) {
                    throw new DatasetException(
                            part.toString(),
                            "expected to be the only one to download it, found it locked by another"
                                    + " process; wait for that one and start again");
                }
                receive(file, channel, part);
                channel.force(true);
                verify(file, part);
                Files.move(
                        part,
                        target,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (WriteFailedException e) {
            deleteIfEmpty(part);
            throw new DatasetException(
                    part.toString(),
                    -1,
                    "cannot be written: %s; make room or choose another folder, what is there is kept"
                                    .formatted(e.getMessage())
                            + " and continued",
                    e);
        } catch (IOException e) {
            deleteIfEmpty(part);
            throw new DatasetException(
                    target.toString(), -1, "cannot be downloaded: " + e.getMessage(), e);
        }
        LOGGER.info("downloaded {}", target);
        return target;
    }

    private static void deleteIfEmpty(Path part) {
        try {
            if (Files.exists(part) && Files.size(part) == 0) {
                Files.delete(part);
            }
        } catch (IOException e) {
            LOGGER.debug("{}: cannot be deleted: {}", part, e.toString());
        }
    }

    private static FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Tries every place several times, each time going on where the last one stopped. */
    private void receive(OfficialFile file, FileChannel part, Path path) throws IOException {
        HttpClient client =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .connectTimeout(Duration.ofSeconds(30))
                        .build();
        IOException last = null;
        for (URI place : file.places()) {
            URI address = place.resolve(file.name());
            for (int attempt = 1; attempt <= attempts; attempt++) {
                try {
                    LOGGER.info("downloading {} from byte {}", address, part.size());
                    receiveOnce(client, address, file, part);
                    return;
                } catch (WriteFailedException e) {
                    throw e;
                } catch (RefusedException e) {
                    last = e;
                    break;
                } catch (IOException e) {
                    last = new IOException(address + ": " + e, e);
                    LOGGER.warn(
                            "{}: attempt {} of {} stopped at byte {}: {}",
                            address,
                            attempt,
                            attempts,
                            Files.size(path),
                            e.toString());
                    sleep(pause.multipliedBy(attempt));
                }
            }
        }
        throw last;
    }

    private void receiveOnce(HttpClient client, URI address, OfficialFile file, FileChannel part)
            throws IOException {
        long offset = part.size();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address)
                        .timeout(stallLimit)
                        .header("Accept-Encoding", "identity");
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
        }
        HttpResponse<InputStream> response =
                send(client, request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            boolean resumed =
                    status == 206
                            && response.headers()
                                    .firstValue("Content-Range")
                                    .orElse("")
                                    .startsWith("bytes " + offset + "-");
            if (status == 416 && offset > 0 || status == 206 && !resumed) {
                // The part is already whole, or not a part of what is there now: the checksum
                // tells.
                if (status == 416 && isWhole(response, offset)) {
                    return;
                }
                part.truncate(0);
                throw new IOException("cannot continue from byte " + offset + ", beginning again");
            }
            if (status >= 500) {
                throw new IOException("expected status 200 or 206, found " + status);
            }
            if (status != 200 && status != 206) {
                throw new RefusedException(
                        "%s: expected status 200 or 206, found %d".formatted(address, status));
            }
            if (!resumed) {
                part.truncate(0);
                offset = 0;
            }
            long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
            long total = length < 0 ? -1 : offset + length;
            copy(body, part.position(offset), file.name(), total);
            if (total >= 0 && part.size() != total) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "expected %,d bytes, found the connection's end after %,d",
                                total,
                                part.size()));
            }
        }
    }

    private static boolean isWhole(HttpResponse<?> response, long offset) {
        String range = response.headers().firstValue("Content-Range").orElse("");
        return range.equals("bytes */" + offset);
    }

    private void copy(InputStream body, FileChannel part, String name, long total)
            throws IOException {
        WritableByteChannel out = disk.wrap(part);
        byte[] buffer = new byte[BUFFER_BYTES];
        long reported = part.position();
        try (StallGuard guard = new StallGuard(body, stallLimit)) {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                guard.alive();
                try {
                    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
                    while (bytes.hasRemaining()) {
                        out.write(bytes);
                    }
                } catch (IOException e) {
                    throw new WriteFailedException(e);
                }
                if (part.position() - reported >= PROGRESS_BYTES) {
                    reported = part.position();
                    progress.onProgress(name, reported, total);
                }
            }
        }
        progress.onProgress(name, part.position(), total);
    }

    private static HttpResponse<InputStream> send(
            HttpClient client, HttpRequest request, HttpResponse.BodyHandler<InputStream> handler)
            throws IOException {
        try {
            return client.send(request, handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(request.uri() + ": interrupted");
        }
    }

    private static void sleep(Duration pause) throws RefusedException {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("interrupted");
        }
    }

    private static void verify(OfficialFile file, Path part) throws IOException {
        String found = md5(part);
        if (!found.equals(file.md5())) {
            long bytes = Files.size(part);
            Files.delete(part);
            throw new IOException(
                    String.format(
                                    Locale.ROOT,
                                    "expected the MD5 checksum %s, found %s over %,d bytes; they were deleted, try",
                                    file.md5(),
                                    found,
                                    bytes)
                            + " again or fetch the file by hand");
        }
    }

    private static String md5(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
