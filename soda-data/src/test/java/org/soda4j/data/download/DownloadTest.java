package org.soda4j.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.data.dataset.Cifar10;
import org.soda4j.data.dataset.Cifar100;
import org.soda4j.data.dataset.CoilDataset;
import org.soda4j.data.dataset.FashionMnist;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.data.dataset.Mnist;
import org.soda4j.data.dataset.TinyImageNet;
import org.soda4j.io.DatasetException;

class DownloadTest {

    private static final int SIZE = 3_000_000;
    private static final String NAME = "data.bin";

    @TempDir Path folder;
    private final byte[] content = new byte[SIZE];
    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private ExecutorService threads;
    private URI place;

    /** What the server does with one request, the first being 0. */
    @FunctionalInterface
    private interface Answer {
        void give(HttpExchange exchange, int request) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        new Random(1).nextBytes(content);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.start();
        place = URI.create("http://localhost:" + server.getAddress().getPort() + "/sets/");
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(Answer answer) {
        server.createContext(
                "/",
                exchange -> {
                    String range = exchange.getRequestHeaders().getFirst("Range");
                    int request = ranges.size();
                    ranges.add(String.valueOf(range));
                    try (exchange) {
                        answer.give(exchange, request);
                    }
                });
    }

    /** Answers as a server with ranges does, but sends at most so many bytes before it hangs up. */
    private void send(HttpExchange exchange, int atMost) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from >= SIZE) {
            exchange.getResponseHeaders().set("Content-Range", "bytes */" + SIZE);
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        if (range != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, SIZE - 1, SIZE));
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, SIZE - from);
        exchange.getResponseBody().write(content, from, Math.min(atMost, SIZE - from));
        exchange.getResponseBody().flush();
    }

    private static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private OfficialFile file() {
        return new OfficialFile(NAME, List.of(place), md5(content));
    }

    private Download download(Download.Disk disk) {
        return download(disk, (file, bytes, total) -> {});
    }

    private Download download(Download.Disk disk, DownloadProgress progress) {
        return new Download(progress, 3, Duration.ofMillis(1), Duration.ofMillis(800), disk);
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private void assertDownloaded() throws IOException {
        assertThat(names()).containsExactly(NAME);
        assertThat(Files.readAllBytes(folder.resolve(NAME))).isEqualTo(content);
    }

    @Test
    void aFileArrivesWholeWithProgress() throws IOException {
        serve((exchange, request) -> send(exchange, SIZE));
        List<Long> seen = new ArrayList<>();
        Path file =
                download(
                                part -> part,
                                (name, bytes, total) -> {
                                    assertThat(name).isEqualTo(NAME);
                                    assertThat(total).isEqualTo(SIZE);
                                    seen.add(bytes);
                                })
                        .fetch(file(), folder.resolve("."));
        assertThat(file).exists();
        assertDownloaded();
        assertThat(seen).isSorted().hasSizeGreaterThanOrEqualTo(3).endsWith((long) SIZE);
    }

    @Test
    void whatIsThereIsNotFetched() throws IOException {
        serve((exchange, request) -> send(exchange, SIZE));
        Files.writeString(folder.resolve(NAME), "mine");
        download(part -> part).fetch(file(), folder);
        assertThat(Files.readString(folder.resolve(NAME))).isEqualTo("mine");
        assertThat(ranges).isEmpty();
    }

    @Test
    void aCutConnectionIsContinuedWhereItStopped() throws IOException {
        serve((exchange, request) -> send(exchange, request < 2 ? 1_000_000 : SIZE));
        download(part -> part).fetch(file(), folder);
        assertDownloaded();
        assertThat(ranges).hasSize(3).startsWith("null");
        assertThat(ranges.get(1)).matches("bytes=[1-9]\\d*-");
        assertThat(ranges.get(2)).matches("bytes=[1-9]\\d*-");
    }

    @Test
    void aServerWithoutRangesIsAskedForAll() throws IOException {
        serve(
                (exchange, request) -> {
                    exchange.sendResponseHeaders(200, SIZE);
                    exchange.getResponseBody().write(content, 0, request == 0 ? 900_000 : SIZE);
                });
        download(part -> part).fetch(file(), folder);
        assertDownloaded();
        assertThat(ranges).hasSize(2);
    }

    @Test
    void aConnectionCutEveryTimeIsGivenUpAndContinuedLater() throws IOException {
        serve((exchange, request) -> send(exchange, request < 3 ? 200_000 : SIZE));
        assertThatThrownBy(() -> download(part -> part).fetch(file(), folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(NAME)
                .hasMessageContaining("cannot be downloaded");
        assertThat(names()).containsExactly(NAME + ".part");
        long kept = Files.size(folder.resolve(NAME + ".part"));
        assertThat(kept).isPositive();
        download(part -> part).fetch(file(), folder);
        assertDownloaded();
        assertThat(ranges.get(3)).isEqualTo("bytes=" + kept + "-");
    }

    @Test
    void aWrongChecksumLeavesNothing() throws IOException {
        serve((exchange, request) -> send(exchange, SIZE));
        OfficialFile wrong =
                new OfficialFile(NAME, List.of(place), "00000000000000000000000000000000");
        assertThatThrownBy(() -> download(part -> part).fetch(wrong, folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("expected the MD5 checksum 00000000000000000000000000000000")
                .hasMessageContaining("found " + md5(content))
                .hasMessageContaining("3,000,000 bytes");
        assertThat(names()).isEmpty();
    }

    /** A channel on a disk that has room for so many bytes. */
    private static WritableByteChannel fullAfter(FileChannel part, long room) {
        return new WritableByteChannel() {
            private long left = room;

            @Override
            public int write(ByteBuffer bytes) throws IOException {
                if (left == 0) {
                    throw new IOException("No space left on device");
                }
                ByteBuffer fits =
                        bytes.slice(bytes.position(), (int) Math.min(left, bytes.remaining()));
                int written = part.write(fits);
                bytes.position(bytes.position() + written);
                left -= written;
                return written;
            }

            @Override
            public boolean isOpen() {
                return part.isOpen();
            }

            @Override
            public void close() throws IOException {
                part.close();
            }
        };
    }

    @Test
    void aFullDiskIsSaidAndContinuedWhenThereIsRoom() throws IOException {
        serve((exchange, request) -> send(exchange, SIZE));
        assertThatThrownBy(() -> download(part -> fullAfter(part, 1_234_567)).fetch(file(), folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(NAME + ".part: cannot be written: No space left on device")
                .hasMessageContaining("make room");
        assertThat(ranges).hasSize(1);
        assertThat(names()).containsExactly(NAME + ".part");
        assertThat(Files.size(folder.resolve(NAME + ".part"))).isEqualTo(1_234_567);
        download(part -> part).fetch(file(), folder);
        assertThat(ranges).containsExactly("null", "bytes=1234567-");
        assertDownloaded();
    }

    @Test
    void aStaleLongerPartIsReplaced() throws IOException {
        serve((exchange, request) -> send(exchange, SIZE));
        Files.write(folder.resolve(NAME + ".part"), new byte[SIZE + 5]);
        download(part -> part).fetch(file(), folder);
        assertDownloaded();
    }

    @Test
    void aWholePartIsOnlyChecked() throws IOException {
        serve((exchange, request) -> send(exchange, SIZE));
        Files.write(folder.resolve(NAME + ".part"), content);
        download(part -> part).fetch(file(), folder);
        assertDownloaded();
        assertThat(ranges).hasSize(1);
    }

    @Test
    void aDamagedPartIsNoticed() throws IOException {
        serve((exchange, request) -> send(exchange, SIZE));
        byte[] half = Arrays.copyOf(content, SIZE / 2);
        half[7] ^= 1;
        Files.write(folder.resolve(NAME + ".part"), half);
        assertThatThrownBy(() -> download(part -> part).fetch(file(), folder))
                .hasMessageContaining("checksum");
        download(part -> part).fetch(file(), folder);
        assertDownloaded();
    }

    @Test
    void aRefusalIsNotRepeatedAndLeavesNothing() throws IOException {
        serve((exchange, request) -> exchange.sendResponseHeaders(404, -1));
        assertThatThrownBy(() -> download(part -> part).fetch(file(), folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("/sets/data.bin: expected status 200 or 206, found 404");
        assertThat(ranges).hasSize(1);
        assertThat(names()).isEmpty();
    }

    @Test
    void theNextPlaceIsTried() throws IOException {
        serve(
                (exchange, request) -> {
                    if (exchange.getRequestURI().getPath().startsWith("/sets")) {
                        exchange.sendResponseHeaders(403, -1);
                    } else {
                        send(exchange, SIZE);
                    }
                });
        OfficialFile two =
                new OfficialFile(NAME, List.of(place, place.resolve("/mirror/")), md5(content));
        download(part -> part).fetch(two, folder);
        assertDownloaded();
    }

    @Test
    void aServerThatFallsSilentIsLeft() throws IOException {
        serve(
                (exchange, request) -> {
                    send(exchange, request == 0 ? 500_000 : SIZE);
                    if (request == 0) {
                        sleep(Duration.ofSeconds(5));
                    }
                });
        long start = System.nanoTime();
        download(part -> part).fetch(file(), folder);
        assertDownloaded();
        // The server holds the connection for 5 s; the limit is 0.8 s.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anotherDownloadOfTheSameFileIsNotDisturbed() throws IOException {
        serve((exchange, request) -> send(exchange, SIZE));
        Path part = folder.resolve(NAME + ".part");
        try (FileChannel other =
                        FileChannel.open(
                                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = other.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThatThrownBy(() -> download(p -> p).fetch(file(), folder))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("locked by another process");
        }
        assertThat(ranges).isEmpty();
    }

    @Test
    void dataSetsFetchOnlyWhenAsked() throws IOException {
        serve((exchange, request) -> send(exchange, SIZE));
        assertThatThrownBy(() -> Cifar10.builder().root(folder).downloadFrom(place).build())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("unpack the archive there, or call download(true) in Java");
        assertThatThrownBy(() -> Mnist.builder().root(folder).downloadFrom(place).build())
                .isInstanceOf(DatasetException.class);
        assertThatThrownBy(() -> TinyImageNet.builder().root(folder).downloadFrom(place).build())
                .isInstanceOf(DatasetException.class);
        assertThat(ranges).isEmpty();
        assertThat(names()).isEmpty();
    }

    @Test
    void dataSetsCheckWhatTheyFetch() throws IOException {
        List<String> paths = Collections.synchronizedList(new ArrayList<>());
        serve(
                (exchange, request) -> {
                    paths.add(exchange.getRequestURI().getPath());
                    send(exchange, SIZE);
                });
        Path missing = folder.resolve("made/when/missing");
        assertThatThrownBy(
                        () ->
                                Cifar10.builder()
                                        .root(missing)
                                        .download(true)
                                        .downloadFrom(place)
                                        .build())
                .hasMessageContaining("expected the MD5 checksum c32a1d4ab5d03f1284b67883e8d87530");
        assertThatThrownBy(
                        () ->
                                Cifar100.builder()
                                        .root(missing)
                                        .download(true)
                                        .downloadFrom(place)
                                        .build())
                .hasMessageContaining("03b5dce01913d631647c71ecec9e9cb8");
        assertThatThrownBy(
                        () ->
                                FashionMnist.builder()
                                        .root(missing)
                                        .download(true)
                                        .downloadFrom(place)
                                        .build())
                .hasMessageContaining("8d4fb7e6c68d591d4c3dfef9ec88bf0d");
        assertThatThrownBy(
                        () ->
                                TinyImageNet.builder()
                                        .root(missing)
                                        .download(true)
                                        .downloadFrom(place)
                                        .build())
                .hasMessageContaining("90528d7ca1a48142e341f4ef8d21d0de");
        assertThat(paths)
                .containsExactly(
                        "/sets/cifar-10-binary.tar.gz",
                        "/sets/cifar-100-binary.tar.gz",
                        "/sets/train-images-idx3-ubyte.gz",
                        "/sets/tiny-imagenet-200.zip");
    }

    @Test
    void whatHasNoOfficialFileSaysSo() {
        assertThatThrownBy(() -> CoilDataset.builder().download(true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found CoilDataset; fetch it by hand");
        assertThatThrownBy(() -> ImageFolder.builder().download(true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cifar10.builder().downloadFrom(URI.create("ftp://x/")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cifar10.builder().downloadFrom(URI.create("http://x/y")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
