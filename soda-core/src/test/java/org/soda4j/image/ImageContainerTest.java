package org.soda4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.io.DatasetException;

/** Files whose structure is unusual or hostile, with Pillow's pixels; see images/README.txt. */
class ImageContainerTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ImageDecoder decoder = ImageDecoder.builder().build();

    private static ImageDecoder limited(DecodingLimits limits) {
        return ImageDecoder.builder().limits(limits).build();
    }

    @ParameterizedTest
    @CsvSource({
        "cmyk_16.jpg, 16, 16",
        "la_16.png, 16, 16",
        "exif6_16.jpg, 16, 16",
        "ztxt-small-exif.png, 16, 16",
        "pal_bomb.png, 40, 24",
        "rawz.png, 24, 40",
        "jpg_adobe2_3c.jpg, 40, 24",
        "jpg_icc_missing_chunk.jpg, 40, 24",
        "nojfif444.jpg, 40, 24",
        "adobe0.jpg, 40, 24",
        "cmyk1.jpg, 40, 24",
        "gif_offset.gif, 50, 30",
        "offtr.gif, 50, 30",
        "beyond.gif, 45, 27",
        "nopal.gif, 60, 30",
        "anim_lla0.webp, 60, 34",
        "vp8-3x5.webp, 3, 5",
        "vp8-17x31.webp, 17, 31",
        "vp8-63x64.webp, 63, 64",
        "vp8-simple-filter.webp, 40, 24",
        "vp8-sharpness.webp, 17, 31",
        "vp8-strong-filter.webp, 80, 48",
        "vp8-sharp-filter.webp, 80, 48",
        "vp8-relative-segments.webp, 80, 48",
        "vp8-alpha.webp, 40, 24"
    })
    void pixelsAreThoseOfPillow(String name, int width, int height) throws IOException {
        PixelImage image = decoder.decode(name, ImageDecoderTest.resource(name));
        assertThat(image.width()).isEqualTo(width);
        assertThat(image.height()).isEqualTo(height);
        // One grey level where libjpeg's builds may round the inverse DCT differently.
        int allowed = name.endsWith(".jpg") ? 1 : 0;
        byte[] expected = ImageDecoderTest.resource(name + ".rgb");
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs((image.pixels()[i] & 0xff) - (expected[i] & 0xff)))
                    .as("byte %d of %s", i, name)
                    .isLessThanOrEqualTo(allowed);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vp8-alpha.webp",
                "vp8-alpha-horizontal.webp",
                "vp8-alpha-vertical.webp",
                "vp8-alpha-gradient.webp",
                "vp8-one-alpha.webp"
            })
    void alphaOfLossyWebpIsLaidOverTheBackground(String name) throws IOException {
        ImageDecoder over = ImageDecoder.builder().background(0x204080).build();
        assertThat(over.decode(name, ImageDecoderTest.resource(name)).pixels())
                .isEqualTo(ImageDecoderTest.resource(name + ".over.rgb"));
    }

    @Test
    void theDocumentedPixelsOfTheCases() throws IOException {
        assertThat(pixel("jpg_adobe2_3c.jpg", 0, 0)).containsExactly(0, 0, 2);
        assertThat(pixel("jpg_icc_missing_chunk.jpg", 5, 7)).containsExactly(32, 77, 46);
        assertThat(pixel("exif6_16.jpg", 3, 10)).containsExactly(170, 204, 118);
        assertThat(pixel("cmyk_16.jpg", 3, 10)).containsExactly(51, 170, 29);
        assertThat(pixel("la_16.png", 3, 10)).containsExactly(118, 118, 118);
    }

    private int[] pixel(String name, int x, int y) throws IOException {
        PixelImage image = decoder.decode(name, ImageDecoderTest.resource(name));
        int at = 3 * (y * image.width() + x);
        return new int[] {
            image.pixels()[at] & 0xff, image.pixels()[at + 1] & 0xff, image.pixels()[at + 2] & 0xff
        };
    }

    private static byte[] refused(String name) throws IOException {
        try (InputStream in = ImageContainerTest.class.getResourceAsStream("refused/" + name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void scansAreCountedBeforeAnyIsDecoded() throws IOException {
        byte[] file = refused("scans500.jpg");
        assertThatThrownBy(() -> decoder.decode("scans500.jpg", file))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("scans500.jpg: expected at most 1,000,000,000 pixels in all");
        DecodingLimits few = DecodingLimits.DEFAULTS.withMaxScans(9);
        byte[] usual = ImageDecoderTest.resource("progressive.jpg");
        assertThatThrownBy(() -> limited(few).decode("p.jpg", usual))
                .hasMessageContaining("expected at most 9 scans, found 10 or more; raise maxScans");
        assertThat(limited(few.withMaxScans(10)).decode("p.jpg", usual).width()).isEqualTo(13);
    }

    @Test
    void whatABmpHidesIsRefused() throws IOException {
        byte[] file = refused("emb-png-40000.bmp");
        assertThatThrownBy(() -> decoder.decode("emb.bmp", file))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("emb.bmp: expected plain or run-length coded pixels")
                .hasMessageContaining("PNG");
    }

    /** The text inflates to 90 MB, which the pixels do not need. */
    @Test
    void textIsNotInflated() throws IOException {
        byte[] file = ImageDecoderTest.resource("ztxt-small-exif.png");
        decoder.decode("warm-up", file);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        decoder.decode("ztxt.png", file);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
        byte[] typed = new byte[4 + data.length];
        System.arraycopy(type.getBytes(StandardCharsets.US_ASCII), 0, typed, 0, 4);
        System.arraycopy(data, 0, typed, 4, data.length);
        CRC32 crc = new CRC32();
        crc.update(typed);
        out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        out.writeBytes(typed);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    /** rgb.png with chunks behind its header. */
    private static byte[] png(String type, byte[] data, int times) throws IOException {
        byte[] whole = ImageDecoderTest.resource("rgb.png");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(whole, 0, 33);
        for (int i = 0; i < times; i++) {
            chunk(out, type, data);
        }
        out.write(whole, 33, whole.length - 33);
        return out.toByteArray();
    }

    @Test
    void anExifTextIsInflatedUpToItsLimit() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("Raw profile type exif\0\0".getBytes(StandardCharsets.US_ASCII));
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(text)) {
            deflater.write(new byte[1 << 24]);
        }
        byte[] file = png("zTXt", text.toByteArray(), 1);
        assertThatThrownBy(() -> decoder.decode("bomb.png", file))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("expected at most 1,048,576 bytes of an inflated text")
                .hasMessageContaining("maxInflatedBytes");
        DecodingLimits more = DecodingLimits.DEFAULTS.withMaxInflatedBytes(1 << 24);
        assertThat(limited(more).decode("bomb.png", file).width()).isEqualTo(13);
    }

    /** 64 texts of 1 MB of digits each would take seconds; a file of 10 MB holds thousands. */
    @Test
    void ofManyExifTextsOneIsInflated() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("Raw profile type exif\0\0".getBytes(StandardCharsets.US_ASCII));
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(text)) {
            deflater.write("\nexif\n1\n".getBytes(StandardCharsets.US_ASCII));
            deflater.write("00".repeat(1 << 18).getBytes(StandardCharsets.US_ASCII));
        }
        byte[] file = png("zTXt", text.toByteArray(), 64);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThat(decoder.decode("many.png", file).width()).isEqualTo(13);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(32 << 20);
    }

    /** As PIL has it: a dictionary keeps the last of equal keys. */
    @Test
    void theLastOfSeveralExifTextsCounts() throws IOException {
        byte[] whole = ImageDecoderTest.resource("rgb.png");
        for (int[] orientations : new int[][] {{6, 1}, {1, 6}}) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(whole, 0, 33);
            for (int orientation : orientations) {
                String tiff =
                        "49492a0008000000" + "0100" + "1201030001000000%02x000000" + "00000000";
                String text =
                        "Raw profile type exif\0\nexif\n26\n" + tiff.formatted(orientation) + "\n";
                chunk(out, "tEXt", text.getBytes(StandardCharsets.US_ASCII));
            }
            out.write(whole, 33, whole.length - 33);
            assertThat(decoder.decode("two.png", out.toByteArray()).width())
                    .isEqualTo(orientations[1] == 6 ? 9 : 13);
        }
    }

    @Test
    void samplesOf16BitsCountTwice() throws IOException {
        byte[] file = ImageDecoderTest.resource("rgb16.png");
        ImageDecoder exact = ImageDecoder.builder().maxPixels(2 * 13 * 9).build();
        assertThat(exact.decode("a.png", file).width()).isEqualTo(13);
        ImageDecoder less = ImageDecoder.builder().maxPixels(2 * 13 * 9 - 1).build();
        assertThatThrownBy(() -> less.decode("a.png", file))
                .hasMessageContaining("expected 1 to 116 pixels, found 13 x 9 declared");
    }

    @Test
    void chunksAndFramesAreCounted() throws IOException {
        byte[] png = png("tEXt", new byte[0], 50);
        DecodingLimits few = DecodingLimits.DEFAULTS.withMaxChunks(50);
        assertThat(decoder.decode("a.png", png).width()).isEqualTo(13);
        assertThatThrownBy(() -> limited(few).decode("a.png", png))
                .hasMessageContaining("expected at most 50 chunks, found 51 or more");
        byte[] gif = ImageDecoderTest.resource("palette.gif");
        byte[] frame = Arrays.copyOfRange(gif, imageOf(gif), gif.length - 1);
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        two.write(gif, 0, gif.length - 1);
        two.writeBytes(frame);
        two.write(0x3b);
        byte[] expected = decoder.decode("one.gif", gif).pixels();
        assertThat(decoder.decode("two.gif", two.toByteArray()).pixels()).isEqualTo(expected);
        DecodingLimits one = DecodingLimits.DEFAULTS.withMaxFrames(1);
        assertThatThrownBy(() -> limited(one).decode("two.gif", two.toByteArray()))
                .hasMessageContaining("expected at most 1 frames, found 2 or more");
        assertThatThrownBy(() -> DecodingLimits.DEFAULTS.withMaxFrames(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxFrames: expected at least 1, found 0");
    }

    private static int imageOf(byte[] gif) {
        for (int i = 13 + 3 * (2 << (gif[10] & 7)); i < gif.length; i++) {
            if (gif[i] == 0x2c && gif[i + 5] == 13) {
                return i;
            }
        }
        throw new AssertionError("no image descriptor");
    }

    /** The platform's decoder joins comments in time that grows with the square of their length. */
    @Test
    void longCommentsCostNothing() throws IOException {
        byte[] gif = ImageDecoderTest.resource("palette.gif");
        int image = imageOf(gif);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(gif, 0, 13 + 3 * (2 << (gif[10] & 7)));
        out.write(0x21);
        out.write(0xfe);
        byte[] block = new byte[256];
        block[0] = -1;
        for (int i = 0; i < 20_000; i++) {
            out.writeBytes(block);
        }
        out.write(0);
        out.write(gif, image, gif.length - image);
        byte[] expected = decoder.decode("plain.gif", gif).pixels();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThat(decoder.decode("long.gif", out.toByteArray()).pixels()).isEqualTo(expected);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(32 << 20);
    }
}
