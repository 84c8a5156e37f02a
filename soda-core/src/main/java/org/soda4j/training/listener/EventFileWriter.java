package org.soda4j.training.listener;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Writes one TensorBoard event file: TFRecord frames around {@code tensorflow.Event} messages
 * (tensorflow/core/util/event.proto and framework/summary.proto).
 *
 * <p>Each start of a run makes a new file, whose name sorts after the older ones, as TensorBoard
 * reads the files of a folder in the order of their names. Not for several threads.
 */
final class EventFileWriter implements AutoCloseable {

    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{10})\\..*");
    private static final int SESSION_START = 1;
    private static final int RGB = 3;

    private final Path file;
    private final OutputStream out;
    private final InstantSource clock;
    private final Duration flushEvery;
    private Instant lastFlush;

    /**
     * Creates the next event file of a folder.
     *
     * @param folder made if it is missing
     * @param clock the wall times of the events
     * @param flushEvery how long an event may wait for the next flush; zero flushes each
     */
    EventFileWriter(Path folder, InstantSource clock, Duration flushEvery) throws IOException {
        Files.createDirectories(folder);
        this.clock = clock;
        this.flushEvery = flushEvery;
        lastFlush = clock.instant();
        file = folder.resolve(nextName(folder, lastFlush.getEpochSecond()));
        FileOutputStream stream = new FileOutputStream(file.toFile());
        out = new BufferedOutputStream(stream, 1 << 16);
        try {
            ProtoMessage source = new ProtoMessage().text(1, "soda4j");
            write(event(0).text(3, "brain.Event:2").message(10, source));
            flush();
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }

    Path file() {
        return file;
    }

    /**
     * Tells TensorBoard that the run starts (again) at a step: it forgets what older files hold for
     * this step and later ones. Its reader does so at a SessionLog START event.
     *
     * @param step the first step that this file will hold
     */
    void start(long step) throws IOException {
        write(event(step).message(7, new ProtoMessage().integer(1, SESSION_START)));
        flush();
    }

    /** Writes scalars of one step; a NaN is written as such and TensorBoard shows it. */
    void scalars(long step, Map<String, Double> values) throws IOException {
        ProtoMessage summary = new ProtoMessage();
        values.forEach(
                (tag, value) ->
                        summary.message(
                                1,
                                new ProtoMessage().text(1, tag).floatValue(2, value.floatValue())));
        write(event(step).message(5, summary));
    }

    /**
     * Writes an image of one step.
     *
     * @param png a whole PNG file; the size is read from its header
     * @throws IOException if it is no PNG or the event cannot be written
     */
    void image(long step, String tag, byte[] png) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(png);
        if (png.length < 24 || header.getLong(0) != 0x89504E470D0A1A0AL) {
            throw new IOException("image '" + tag + "' of step " + step + ": expected a PNG");
        }
        ProtoMessage image =
                new ProtoMessage()
                        .integer(1, header.getInt(20))
                        .integer(2, header.getInt(16))
                        .integer(3, RGB)
                        .bytes(4, png);
        ProtoMessage value = new ProtoMessage().text(1, tag).message(4, image);
        write(event(step).message(5, new ProtoMessage().message(1, value)));
    }

    /** Hands everything to the operating system, so that a killed process does not lose it. */
    void flush() throws IOException {
        out.flush();
        lastFlush = clock.instant();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private ProtoMessage event(long step) {
        Instant now = clock.instant();
        return new ProtoMessage()
                .doubleValue(1, now.getEpochSecond() + now.getNano() * 1e-9)
                .integer(2, step);
    }

    /** TFRecord: length, its masked CRC-32C, the data, their masked CRC-32C; little-endian. */
    private void write(ProtoMessage event) throws IOException {
        byte[] data = event.toByteArray();
        byte[] length =
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(data.length)
                        .array();
        ByteBuffer frame =
                ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        frame.put(length).putInt(maskedCrc(length)).put(data).putInt(maskedCrc(data));
        out.write(frame.array());
        if (Duration.between(lastFlush, clock.instant()).compareTo(flushEvery) >= 0) {
            flush();
        }
    }

    /** As tensorflow/core/lib/hash/crc32c.h: a sum of data that hold sums would be weak. */
    static int maskedCrc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    private static String nextName(Path folder, long now) throws IOException {
        long second = now;
        try (Stream<Path> children = Files.list(folder)) {
            for (Path child : children.toList()) {
                Matcher matcher = NAME.matcher(child.getFileName().toString());
                if (matcher.matches()) {
                    // Also after a restart within the second, or when the clock was set back.
                    second = Math.max(second, Long.parseLong(matcher.group(1)) + 1);
                }
            }
        }
        return "events.out.tfevents.%010d.%s.%d"
                .formatted(second, hostName(), ProcessHandle.current().pid());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
