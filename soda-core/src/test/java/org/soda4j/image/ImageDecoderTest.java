package org.soda4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.soda4j.io.DatasetException;

/** Compares the decoder with Pillow; images/README.txt says how the files were made. */
class ImageDecoderTest {

    private final ImageDecoder decoder = ImageDecoder.builder().build();

    static byte[] resource(String name) throws IOException {
        try (InputStream in = ImageDecoderTest.class.getResourceAsStream("images/" + name)) {
            return in.readAllBytes();
        }
    }

    static Stream<String> exact() {
        return Stream.of(
                        "rgb.png grey.png rgba.png grey-alpha.png palette.png palette-transparent.png"
                                .split(" "),
                        "bilevel.png rgb16.png grey16.png gamma-grey.png icc.png one.png"
                                .split(" "),
                        "palette.gif rgb.bmp grey.bmp bilevel.bmp palette.bmp".split(" "),
                        "lossless.webp lossless-alpha.webp lossy.webp".split(" "),
                        "orient2.png orient3.png orient4.png orient5.png orient7.png".split(" "),
                        "orient8.png orient8.webp".split(" "))
                .flatMap(Stream::of);
    }

    static Stream<String> jpegs() {
        return Stream.of(
                "rgb.jpg",
                "rgb420.jpg",
                "progressive.jpg",
                "grey.jpg",
                "cmyk.jpg",
                "ycck.jpg",
                "icc.jpg",
                "one.jpg",
                "orient6.jpg");
    }

    static Stream<String> all() {
        return Stream.concat(exact(), jpegs());
    }

    private void compare(String name, int maxDifference) throws IOException {
        PixelImage image = decoder.decode(name, resource(name));
        byte[] expected = resource(name + ".rgb");
        boolean turned = name.matches("orient[5-8].*");
        if (!name.startsWith("one") && !name.startsWith("lossy")) {
            assertThat(image.width()).isEqualTo(turned ? 9 : 13);
            assertThat(image.height()).isEqualTo(turned ? 13 : 9);
        }
        assertThat(image.pixels()).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs((image.pixels()[i] & 0xff) - (expected[i] & 0xff)))
                    .as("byte %d of %s", i, name)
                    .isLessThanOrEqualTo(maxDifference);
        }
    }

    @ParameterizedTest
    @MethodSource("exact")
    void formatsOtherThanJpegAreExact(String name) throws IOException {
        compare(name, 0);
    }

    /** One grey level: two builds of libjpeg may round the inverse DCT differently. */
    @ParameterizedTest
    @MethodSource("jpegs")
    void jpegsAreWithinOneGreyLevel(String name) throws IOException {
        compare(name, 1);
    }

    @Test
    void toGreyRoundsAsPillow() throws IOException {
        PixelImage grey =
                ImageDecoder.builder().channels(1).build().decode("rgb.png", resource("rgb.png"));
        assertThat(grey.channels()).isEqualTo(1);
        assertThat(grey.pixels()).isEqualTo(resource("rgb.png.grey"));
    }

    @Test
    void orientationCanBeLeft() throws IOException {
        PixelImage stored =
                ImageDecoder.builder()
                        .applyOrientation(false)
                        .build()
                        .decode("orient5.png", resource("orient5.png"));
        assertThat(stored.width()).isEqualTo(13);
        assertThat(stored.pixels()).isEqualTo(resource("rgb.png.rgb"));
    }

    /** A file cut anywhere is refused, or what is missing did not matter: never other pixels. */
    @ParameterizedTest
    @MethodSource("all")
    void noTruncationGivesOtherPixels(String name) throws IOException {
        byte[] whole = resource(name);
        byte[] expected = decoder.decode(name, whole).pixels();
        int refused = 0;
        for (int length = 0; length < whole.length; length++) {
            try {
                PixelImage image = decoder.decode(name, Arrays.copyOf(whole, length));
                assertThat(image.pixels()).as("cut to %d bytes", length).isEqualTo(expected);
            } catch (DatasetException e) {
                refused++;
                assertThat(e.file()).isEqualTo(name);
            }
        }
        assertThat(refused).isGreaterThanOrEqualTo(whole.length - 4);
    }

    @Test
    void aFlippedBitInAPngIsNoticed() throws IOException {
        byte[] whole = resource("rgb.png");
        byte[] expected = decoder.decode("rgb.png", whole).pixels();
        for (int bit = 0; bit < 8 * whole.length; bit += 5) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                // A flip in the type of a chunk may make it one that does not matter.
                assertThat(decoder.decode("rgb.png", flipped).pixels()).isEqualTo(expected);
            } catch (DatasetException e) {
                assertThat(e).hasMessageContaining("rgb.png");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "<html>not found</html>", "P6 1 1 255 abc", "II*\0tiff"})
    void whatIsNoImageIsRefused(String text) {
        assertThatThrownBy(
                        () -> decoder.decode("a.jpg", text.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(
                        "a.jpg: expected a JPEG, PNG, BMP, GIF or WebP image, found");
    }

    private static byte[] hugePng() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        byte[] header =
                ByteBuffer.allocate(17)
                        .put("IHDR".getBytes(StandardCharsets.US_ASCII))
                        .putInt(60_000)
                        .putInt(60_000)
                        .put(new byte[] {8, 2, 0, 0, 0})
                        .array();
        CRC32 crc = new CRC32();
        crc.update(header);
        out.writeBytes(ByteBuffer.allocate(4).putInt(13).array());
        out.writeBytes(header);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        return out.toByteArray();
    }

    private static byte[] patched(String name, int offset, ByteOrder order, int bytes)
            throws IOException {
        byte[] file = resource(name);
        ByteBuffer buffer = ByteBuffer.wrap(file).order(order);
        for (int i = 0; i < 2; i++) {
            if (bytes == 2) {
                buffer.putShort(offset + 2 * i, (short) 60_000);
            } else {
                buffer.putInt(offset + 4 * i, 60_000);
            }
        }
        return file;
    }

    /** Finds the frame header of a baseline JPEG. */
    private static int frameOf(byte[] jpeg) {
        for (int i = 0; i < jpeg.length - 1; i++) {
            if (jpeg[i] == (byte) 0xff && jpeg[i + 1] == (byte) 0xc0) {
                return i;
            }
        }
        throw new AssertionError("no frame");
    }

    @Test
    void decompressionBombsAreRefusedBeforeAllocation() throws IOException {
        // 60,000 x 60,000 pixels of three bytes are 10.8 GB, more than this JVM may have.
        assertThat(Runtime.getRuntime().maxMemory()).isLessThan(10_000_000_000L);
        byte[] jpeg = resource("rgb.jpg");
        byte[][] bombs = {
            hugePng(),
            patched("rgb.jpg", frameOf(jpeg) + 5, ByteOrder.BIG_ENDIAN, 2),
            patched("cmyk.jpg", frameOf(resource("cmyk.jpg")) + 5, ByteOrder.BIG_ENDIAN, 2),
            patched("palette.gif", gifFrame(), ByteOrder.LITTLE_ENDIAN, 2)
        };
        for (byte[] bomb : bombs) {
            assertThatThrownBy(() -> decoder.decode("bomb", bomb))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("expected 1 to 89,478,485 pixels, found 60,000 x 60,000");
        }
    }

    @Test
    void bombsOfFormatsWithSmallerSizesAreRefusedToo() throws IOException {
        byte[] bmp = resource("grey.bmp");
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 12_000).putInt(22, 12_000);
        assertThatThrownBy(() -> decoder.decode("bomb", bmp))
                .hasMessageContaining("expected 1 to 89,478,485 pixels, found 12,000 x 12,000");
        byte[] webp = resource("lossless.webp");
        // 14 bits each of width - 1 and height - 1 behind the signature byte.
        ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).putInt(21, 0x0fffffff);
        assertThatThrownBy(() -> decoder.decode("bomb", webp))
                .hasMessageContaining("expected 1 to 89,478,485 pixels, found 16,384 x 16,384");
    }

    /** Finds the size in the image descriptor. */
    private static int gifFrame() throws IOException {
        byte[] gif = resource("palette.gif");
        for (int i = 13 + 3 * (2 << (gif[10] & 7)); i < gif.length; i++) {
            if (gif[i] == 0x2c && gif[i + 5] == 13) {
                return i + 5;
            }
        }
        throw new AssertionError("no image descriptor");
    }

    @Test
    void theLimitIsAnOption() throws IOException {
        byte[] file = resource("rgb.png");
        assertThat(ImageDecoder.builder().maxPixels(117).build().decode("rgb.png", file).width())
                .isEqualTo(13);
        assertThatThrownBy(() -> ImageDecoder.builder().maxPixels(116).build().decode("x", file))
                .hasMessageContaining("expected 1 to 116 pixels, found 13 x 9");
        assertThatThrownBy(() -> ImageDecoder.builder().maxPixels(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImageDecoder.builder().channels(4))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> decoder.decode(java.nio.file.Path.of("no-such.png")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("no-such.png: cannot be read");
    }
}
