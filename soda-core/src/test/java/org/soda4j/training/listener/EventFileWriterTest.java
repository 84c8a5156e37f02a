package org.soda4j.training.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileWriterTest {

    /** The header of a PNG of 3 x 2 pixels, and a rest that nobody decodes. */
    private static final byte[] PNG =
            HexFormat.of()
                    .parseHex("89504e470d0a1a0a0000000d494844520000000300000002080200000072657374");

    /**
     * The four events below as the RecordWriter and the protocol buffers of TensorBoard 2.21
     * (Python) write them.
     */
    private static final String GOLDEN =
            """
                    220000000000000078113dfd0900005069cd55da411a0d627261696e2e4576656e743a3252080a06
                    736f6461346ab2552e0a100000000000000095fbfe180900005069cd55da4110ad023a02080190b5
                    8f3c3500000000000000d6c55de60900005069cd55da41108080808080202a230a110a0a74726169
                    6e2f6c6f737315cdcccc3d0a0e0a076772c3b6c39f65150000807f780eaf9e460000000000000072
                    35b9a50900005069cd55da4110ad022a380a360a0973616d706c65732f6122290802100318032221
                    89504e470d0a1a0a0000000d4948445200000003000000020802000000726573741697d2b3
            """;

    @TempDir Path folder;

    @Test
    void bytesAreThoseOfTensorBoardsOwnWriter() throws Exception {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("train/loss", 0.1);
        values.put("größe", Double.POSITIVE_INFINITY);
        try (EventFileWriter writer = open(Duration.ZERO)) {
            writer.start(301);
            writer.scalars(1L << 40, values);
            writer.image(301, "samples/a", PNG);
            assertThat(Files.readAllBytes(writer.file()))
                    .isEqualTo(HexFormat.of().parseHex(GOLDEN.replaceAll("\\s", "")));
        }
    }

    @Test
    void maskedSumIsTheSpecifiedOne() {
        // CRC-32C of the check string "123456789" is E3069283 (RFC 3720, B.4 has others).
        int crc = 0xE3069283;
        int masked = ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
        assertThat(EventFileWriter.maskedCrc("123456789".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(masked);
    }

    @Test
    void eachStartMakesAFileThatSortsAfterTheOlderOnes() throws Exception {
        for (int i = 0; i < 3; i++) {
            open(Duration.ZERO).close();
        }
        RunEvents.TestClock earlier = new RunEvents.TestClock();
        earlier.advance(Duration.ofHours(-1));
        Path last;
        try (EventFileWriter writer = new EventFileWriter(folder, earlier, Duration.ZERO)) {
            last = writer.file();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> sorted = files.sorted().toList();
            assertThat(sorted).hasSize(4).endsWith(last);
            assertThat(sorted.get(0).getFileName().toString())
                    .startsWith("events.out.tfevents.1767323045.");
        }
    }

    @Test
    void eventsWaitForTheFlushAndNotLonger() throws Exception {
        RunEvents.TestClock clock = new RunEvents.TestClock();
        try (EventFileWriter writer = new EventFileWriter(folder, clock, Duration.ofSeconds(10))) {
            long header = Files.size(writer.file());
            clock.advance(Duration.ofSeconds(9));
            writer.scalars(1, Map.of("a", 1.0));
            assertThat(Files.size(writer.file())).isEqualTo(header);
            clock.advance(Duration.ofSeconds(1));
            writer.scalars(2, Map.of("a", 1.0));
            long two = Files.size(writer.file());
            assertThat(two).isGreaterThan(header);
            writer.scalars(3, Map.of("a", 1.0));
            assertThat(Files.size(writer.file())).isEqualTo(two);
            writer.flush();
            assertThat(Files.size(writer.file())).isGreaterThan(two);
        }
    }

    @Test
    void whatIsNoPngIsRefused() throws Exception {
        try (EventFileWriter writer = open(Duration.ZERO)) {
            assertThatThrownBy(() -> writer.image(4, "samples/a", new byte[30]))
                    .isInstanceOf(IOException.class)
                    .hasMessage("image 'samples/a' of step 4: expected a PNG");
        }
    }

    private EventFileWriter open(Duration flushEvery) throws IOException {
        return new EventFileWriter(folder, InstantSource.fixed(RunEvents.TIME), flushEvery);
    }
}
