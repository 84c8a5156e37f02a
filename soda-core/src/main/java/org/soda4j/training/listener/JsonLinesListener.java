package org.soda4j.training.listener;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes steps (in float16 also skipped ones), epochs, the latents' effective rank and evaluations
 * to a file, one JSON object a line:
 *
 * <pre>
 * {"type":"step","step":1,"epoch":1,"images":128,"loss":1.0,"encoderLearningRate":2.0E-7,...}
 * {"type":"epoch","step":390,"epoch":1,"images":49920,"meanLoss":0.06}
 * {"type":"latents","step":400,"epoch":2,"images":51200,"effectiveRank":12.3}
 * {"type":"evaluation","step":390,"epoch":1,"images":49920,"knn.accuracy":0.41}
 * </pre>
 *
 * <p>By default a line holds nothing that depends on the clock, so that two runs of one
 * configuration, or an interrupted and resumed one and one that was not, give the same file byte
 * for byte. When a run is resumed, what was written after its checkpoint is cut off. Each line is
 * with the operating system before the next step; {@link #flush} syncs it to the disk. A number
 * that is not finite is written as a string, such as {@code "NaN"}.
 */
public final class JsonLinesListener extends FileListener {

    private static final Logger LOGGER = LoggerFactory.getLogger(JsonLinesListener.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long UNKNOWN = -1;

    private final Path file;
    private final boolean timings;
    private FileChannel channel;
    private long checkpointBytes = UNKNOWN;

    /**
     * Creates a listener without timings.
     *
     * @param file made when the run begins, with the folders above it
     */
    public JsonLinesListener(Path file) {
        this(file, false);
    }

    /**
     * Creates a listener.
     *
     * @param file made when the run begins, with the folders above it
     * @param timings whether lines also hold {@code time} (ISO-8601) and {@code imagesPerSecond}
     */
    public JsonLinesListener(Path file, boolean timings) {
        super("Cannot write " + file);
        this.file = file;
        this.timings = timings;
    }

    @Override
    public void begin(RunEvent.Begin begin, RunControl control) {
        attempt(
                () -> {
                    Path parent = file.toAbsolutePath().getParent();
                    Files.createDirectories(parent);
                    channel =
                            FileChannel.open(
                                    file,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.READ,
                                    StandardOpenOption.WRITE);
                    long size = channel.size();
                    // Without the length at the checkpoint, the steps tell where to cut.
                    boolean known = checkpointBytes >= 0 && checkpointBytes <= size;
                    cut(known ? checkpointBytes : endOf(begin.step()), begin.step());
                });
    }

    @Override
    public void step(RunEvent.Step step) {
        ObjectNode line = line("step", step, step.epoch(), step.images());
        line.put("loss", step.loss());
        line.put("encoderLearningRate", step.encoderLearningRate());
        line.put("denoiserLearningRate", step.denoiserLearningRate());
        line.put("gradientNorm", step.gradientNorm());
        if (timings) {
            line.put("imagesPerSecond", step.imagesPerSecond());
        }
        append(line);
    }

    @Override
    public void skippedStep(RunEvent.SkippedStep skipped) {
        append(
                line("skipped", skipped, skipped.epoch(), skipped.images())
                        .put("loss", skipped.loss())
                        .put("lossScale", skipped.lossScale()));
    }

    @Override
    public void epoch(RunEvent.Epoch epoch) {
        append(
                line("epoch", epoch, epoch.epoch(), epoch.images())
                        .put("meanLoss", epoch.meanLoss()));
    }

    @Override
    public void latents(RunEvent.Latents latents) {
        append(
                line("latents", latents, latents.epoch(), latents.images())
                        .put("effectiveRank", latents.effectiveRank()));
    }

    @Override
    public void evaluation(RunEvent.Evaluation evaluation) {
        ObjectNode line = line("evaluation", evaluation, evaluation.epoch(), evaluation.images());
        evaluation.metrics().forEach(line::put);
        append(line);
    }

    @Override
    public void flush() {
        attempt(() -> channel.force(false));
    }

    @Override
    public JsonNode state() {
        ObjectNode state = JSON.createObjectNode();
        attempt(() -> state.put("bytes", channel.position()));
        return state;
    }

    @Override
    public void restore(JsonNode state) {
        checkpointBytes = state.path("bytes").asLong(UNKNOWN);
    }

    private ObjectNode line(String type, RunEvent event, int epoch, long images) {
        ObjectNode line = JSON.createObjectNode();
        line.put("type", type).put("step", event.step()).put("epoch", epoch).put("images", images);
        if (timings) {
            line.put("time", event.time().toString());
        }
        return line;
    }

    private void append(ObjectNode line) {
        attempt(
                () -> {
                    // One write call a line, so that a killed process leaves at most one torn line.
                    byte[] bytes =
                            (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                });
    }

    private void cut(long bytes, long step) throws IOException {
        if (bytes < channel.size()) {
            LOGGER.info("{}: cut {} bytes after step {}", file, channel.size() - bytes, step);
        }
        channel.truncate(bytes).position(bytes);
    }

    /** Where the first line begins that is torn or of a later step. */
    private long endOf(long step) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int start = 0;
        while (start < bytes.length) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            if (end == bytes.length || stepOf(bytes, start, end) > step) {
                break;
            }
            start = end + 1;
        }
        return start;
    }

    private long stepOf(byte[] bytes, int start, int end) {
        try {
            JsonNode step = JSON.readTree(bytes, start, end - start).path("step");
            return step.isIntegralNumber() ? step.asLong() : Long.MAX_VALUE;
        } catch (IOException e) { // No JSON, or no UTF-8.
            LOGGER.warn("{}: the line at byte {} is no JSON and is cut off", file, start);
            return Long.MAX_VALUE;
        }
    }

    @Override
    void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
