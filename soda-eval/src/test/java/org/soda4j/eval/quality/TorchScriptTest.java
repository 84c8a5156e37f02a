package org.soda4j.eval.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.soda4j.eval.feature.FeatureSet;

/** Networks that the user gives. */
class TorchScriptTest {

    @TempDir private Path folder;

    @Test
    void featuresAreRowsOfTheOutput() throws IOException {
        Path file = folder.resolve("net.pt");
        write(
                file,
                """
                  def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                    return torch.mean(x, [2, 3])
                """);
        try (TorchScriptFeatures net = TorchScriptFeatures.load(file, x -> x.mul(2).sub(1));
                NDManager manager = NDManager.newBaseManager()) {
            NDArray first = manager.ones(new Shape(2, 3, 4, 4));
            NDArray second = manager.zeros(new Shape(1, 3, 4, 4));
            FeatureSet features = net.of(List.of(first, second));
            assertThat(features.size()).isEqualTo(3);
            assertThat(features.row(1)).containsExactly(1, 1, 1);
            assertThat(features.row(2)).containsExactly(-1, -1, -1);
            assertThat(features.provenance()).containsEntry("features", "net.pt");
            assertThat(first.getShape()).isEqualTo(new Shape(2, 3, 4, 4));
            assertThatThrownBy(() -> net.of(List.of())).hasMessageContaining("at least one row");
        }
    }

    @Test
    void lpipsSeesImagesFromMinusOneToOne() throws IOException {
        Path file = folder.resolve("lpips.pt");
        write(
                file,
                """
                  def forward(self: __torch__.Net, x: Tensor, y: Tensor) -> Tensor:
                    return torch.mean(torch.abs(x - y) + torch.relu(x), [1, 2, 3], True)
                """);
        try (Lpips lpips = Lpips.load(file);
                NDManager manager = NDManager.newBaseManager()) {
            NDArray black = manager.zeros(new Shape(2, 3, 4, 4));
            NDArray grey = black.add(0.75f);
            // |x - y| = 2 x 0.75, relu(x) = 0.5 only where grey comes first.
            assertThat(lpips.of(black, grey))
                    .containsExactly(new double[] {1.5, 1.5}, within(1e-6));
            assertThat(lpips.of(grey, black)).containsExactly(new double[] {2, 2}, within(1e-6));
            assertThatThrownBy(() -> lpips.of(black, manager.zeros(new Shape(1, 3, 4, 4))))
                    .hasMessageContaining("of one shape");
        }
    }

    @Test
    void refusesOtherFiles() throws IOException {
        Path none = folder.resolve("none.pt");
        assertThatThrownBy(() -> Lpips.load(none))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.pt");
        Path text = Files.writeString(folder.resolve("text.pt"), "no archive");
        assertThatThrownBy(() -> Lpips.load(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("text.pt");
    }

    /** What torch.jit.save writes of a module without parameters, entry by entry. */
    private static void write(Path file, String method) throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2});
        pickle.write("c__torch__\nNet\n".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
        pickle.write("training".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {(byte) 0x88, 'u', 'b', '.'});
        String source =
                "class Net(Module):\n"
                        + "  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
                        + method;
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "net/data.pkl", pickle.toByteArray());
            put(zip, "net/code/__torch__.py", source.getBytes(StandardCharsets.US_ASCII));
            put(zip, "net/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            put(zip, "net/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] data) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(data);
        ZipEntry entry = new ZipEntry(name);
        entry.setSize(data.length);
        entry.setCompressedSize(data.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
