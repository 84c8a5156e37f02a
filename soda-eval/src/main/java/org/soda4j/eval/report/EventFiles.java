package org.soda4j.eval.report;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the scalars of TensorBoard event files: TFRecord frames around {@code tensorflow.Event}
 * messages. The run's metrics hold nothing that depends on the clock; these files do.
 *
 * <p>A frame that is torn, as that of a process that is writing, ends its file.
 */
final class EventFiles {

    private static final Logger LOGGER = LoggerFactory.getLogger(EventFiles.class);

    private static final int MOST_BYTES = 1 << 26;
    private static final int SUM_BYTES = Integer.BYTES;

    // Fields of Event, Summary and Summary.Value.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int SUMMARY = 5;
    private static final int SESSION = 7;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;

    private EventFiles() {}

    /** What takes the events. */
    interface Reader {

        /** A file begins: what was read of this step and later ones is done again. */
        void start(long step);

        void scalar(long step, String tag, double value);

        /** A file ends, which was written to for so many seconds. */
        void end(double seconds);
    }

    /** Reads the files of a folder in the order of their names; a folder may be missing. */
    static void read(Path folder, Reader reader) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> children = Files.list(folder)) {
            files =
                    children.filter(file -> file.getFileName().toString().contains(".tfevents."))
                            .sorted()
                            .toList();
        }
        for (Path file : files) {
            new EventFile(reader).read(file);
        }
    }

    private static final class EventFile {

        private final Reader reader;
        private double first = Double.NaN;
        private double last = Double.NaN;

        EventFile(Reader reader) {
            this.reader = reader;
        }

        void read(Path file) throws IOException {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
                for (byte[] event = next(in); event.length > 0; event = next(in)) {
                    event(new Message(event));
                }
            } catch (RuntimeException e) {
                // The curves go on with the next file.
                LOGGER.warn("{}: expected TensorBoard events, left out from here on", file, e);
            }
            if (last > first) {
                reader.end(last - first);
            }
        }

        /** The next event; empty at the end. */
        private static byte[] next(InputStream in) throws IOException {
            byte[] head = in.readNBytes(Long.BYTES + SUM_BYTES);
            if (head.length < Long.BYTES + SUM_BYTES) {
                return new byte[0];
            }
            long length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (length < 0 || length > MOST_BYTES) {
                return new byte[0];
            }
            byte[] event = in.readNBytes((int) length);
            return in.readNBytes(SUM_BYTES).length < SUM_BYTES ? new byte[0] : event;
        }

        private void event(Message event) {
            long step = 0;
            while (event.next()) {
                switch (event.field) {
                    case WALL_TIME -> {
                        last = Double.longBitsToDouble(event.bits);
                        first = Double.isNaN(first) ? last : first;
                    }
                    case STEP -> step = event.bits;
                    case SESSION -> reader.start(step);
                    case SUMMARY -> summary(step, event.message());
                    default -> {} // Nothing that curves need.
                }
            }
        }

        private void summary(long step, Message summary) {
            while (summary.next()) {
                Message value = summary.message();
                String tag = "";
                while (value.next()) {
                    if (value.field == TAG) {
                        tag = new String(value.bytes, StandardCharsets.UTF_8);
                    } else if (value.field == SIMPLE_VALUE) {
                        reader.scalar(step, tag, Float.intBitsToFloat((int) value.bits));
                    }
                }
            }
        }
    }

    /** A protocol buffer message in the wire format, field by field. */
    private static final class Message {

        private static final int VARINT = 0;
        private static final int FIXED_64 = 1;
        private static final int LENGTH_DELIMITED = 2;
        private static final int FIXED_32 = 5;

        private final ByteBuffer in;
        private int field;
        private long bits;
        private byte[] bytes = {};

        Message(byte[] message) {
            in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        }

        boolean next() {
            if (!in.hasRemaining()) {
                return false;
            }
            long tag = varint();
            field = (int) (tag >>> 3);
            switch ((int) tag & 7) {
                case VARINT -> bits = varint();
                case FIXED_64 -> bits = in.getLong();
                case FIXED_32 -> bits = in.getInt();
                case LENGTH_DELIMITED -> {
                    long length = varint();
                    if (length < 0 || length > in.remaining()) {
                        throw new IllegalStateException("a field longer than its message");
                    }
                    bytes = new byte[(int) length];
                    in.get(bytes);
                }
                default -> throw new IllegalStateException("no wire type of now");
            }
            return true;
        }

        Message message() {
            return new Message(bytes);
        }

        private long varint() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                byte next = in.get();
                value |= (next & 0x7FL) << shift;
                if (next >= 0) {
                    break;
                }
            }
            return value;
        }
    }
}
