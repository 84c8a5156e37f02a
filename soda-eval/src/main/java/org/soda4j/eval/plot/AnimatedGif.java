package org.soda4j.eval.plot;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.soda4j.io.AtomicFile;

/**
 * Pictures one after the other, again and again, as a GIF file; every frame has 256 colours of its
 * own at most.
 *
 * <pre>{@code
 * AnimatedGif.of(frames, 80).save(Path.of("orbit.gif"));
 * }</pre>
 */
public final class AnimatedGif {

    private static final String FORMAT = "javax_imageio_gif_image_1.0";
    private static final int DELAY_UNIT_MILLIS = 10;

    private final List<BufferedImage> frames;
    private final int delay;

    private AnimatedGif(List<BufferedImage> frames, int delay) {
        this.frames = frames;
        this.delay = delay;
    }

    /**
     * Makes an animation that begins anew after its last frame.
     *
     * @param frames pictures of one size, at least one
     * @param delayMillis how long each is shown: 20 to 655,350 milliseconds, in steps of 10
     * @return the animation
     * @throws IllegalArgumentException if there is no frame, sizes differ, or the delay is out of
     *     range
     */
    public static AnimatedGif of(List<? extends Picture> frames, int delayMillis) {
        // Viewers show shorter delays far longer.
        if (delayMillis < 20 || delayMillis > 655_350) {
            throw new IllegalArgumentException(
                    "delay: expected 20 to 655,350 milliseconds, found " + delayMillis);
        }
        if (frames.isEmpty()) {
            throw new IllegalArgumentException("expected at least one frame, found none");
        }
        List<BufferedImage> images = new ArrayList<>();
        for (Picture frame : frames) {
            BufferedImage image = frame.toImage();
            BufferedImage first = images.isEmpty() ? image : images.get(0);
            if (image.getWidth() != first.getWidth() || image.getHeight() != first.getHeight()) {
                throw new IllegalArgumentException(
                        "frame %d: expected %d x %d pixels as in frame 0, found %d x %d"
                                .formatted(
                                        images.size(),
                                        first.getWidth(),
                                        first.getHeight(),
                                        image.getWidth(),
                                        image.getHeight()));
            }
            images.add(image);
        }
        return new AnimatedGif(images, delayMillis / DELAY_UNIT_MILLIS);
    }

    /**
     * Writes the animation.
     *
     * @return the bytes of the file
     */
    public byte[] toGif() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < frames.size(); i++) {
                BufferedImage frame = frames.get(i);
                IIOMetadata metadata =
                        writer.getDefaultImageMetadata(
                                ImageTypeSpecifier.createFromRenderedImage(frame), null);
                describe(metadata, i == 0);
                writer.writeToSequence(new IIOImage(frame, null, metadata), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** Sets the delay and, on the first frame, Netscape's extension that loops for ever. */
    private void describe(IIOMetadata metadata, boolean first) throws IIOInvalidTreeException {
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
        IIOMetadataNode control = child(root, "GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("transparentColorIndex", "0");
        control.setAttribute("delayTime", Integer.toString(delay));
        if (first) {
            IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
            loop.setAttribute("applicationID", "NETSCAPE");
            loop.setAttribute("authenticationCode", "2.0");
            loop.setUserObject(new byte[] {1, 0, 0});
            child(root, "ApplicationExtensions").appendChild(loop);
        }
        metadata.setFromTree(FORMAT, root);
    }

    private static IIOMetadataNode child(IIOMetadataNode root, String name) {
        for (int i = 0; i < root.getLength(); i++) {
            if (root.item(i).getNodeName().equals(name)) {
                return (IIOMetadataNode) root.item(i);
            }
        }
        IIOMetadataNode node = new IIOMetadataNode(name);
        root.appendChild(node);
        return node;
    }

    /**
     * Writes the animation into a file, whole or not at all.
     *
     * @param file the file to make or replace; its folder must exist
     * @throws IOException if it cannot be written; the old file, if any, is then untouched
     */
    public void save(Path file) throws IOException {
        AtomicFile.write(file, toGif());
    }
}
