package org.soda4j.io;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What is found in place of safetensors, with what to do about it. */
final class ForeignFormat {

    /** Enough to know a format by. */
    static final int START_BYTES = 256;

    private static final String CONVERT =
            "; convert it in Python: safetensors.torch.save_file(torch.load(file, weights_only=True), 'weights.safetensors'), of a training's checkpoint the dictionary of tensors in it";

    private ForeignFormat() {}

    /**
     * Names a format.
     *
     * @param start the first bytes of the file
     * @return its name and what to do, or null where it is none of these
     */
    static String of(byte[] start) {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        String word = text.strip().toLowerCase(Locale.ROOT);
        if (word.startsWith("\u00ef\u00bb\u00bf")) { // A byte order mark.
            word = word.substring(3).strip();
        }
        if (text.startsWith("version https://git-lfs.github.com/spec/")) {
            return "a pointer of Git LFS (large file storage), which stands for the file; fetch the file itself, with git lfs pull or from the page of its repository";
        }
        if (word.startsWith("<!doctype html") || word.startsWith("<html")) {
            return "a page of HTML, such as a log-in or an error page; download the file again, and look at its address in a browser";
        }
        if (text.startsWith("PK\u0003\u0004")) {
            return "a zip archive, such as torch.save writes (.pt, .pth, .ckpt, .bin)" + CONVERT;
        }
        if (isPickle(start)) {
            return "a pickle of Python, such as torch.save wrote before 1.6" + CONVERT;
        }
        if (text.startsWith("\u0089HDF")) {
            return "an HDF5 file, such as Keras writes; convert it in Python to safetensors";
        }
        if (text.startsWith("\u0093NUMPY")) {
            return "an array of NumPy (.npy); convert it in Python with safetensors.numpy.save_file";
        }
        if (text.startsWith("GGUF")) {
            return "a GGUF file; take the weights from which it was made";
        }
        if (text.startsWith("\u001f\u008b")) {
            return "a file packed by gzip; unpack it with gunzip";
        }
        if (word.startsWith("<?xml") || word.startsWith("{") || word.startsWith("[")) {
            return "text, such as a server's answer; download the file again, and look at its address in a browser";
        }
        return null;
    }

    /** Protocols 2 .. 5 begin so; the byte after is an opcode, which a header's length has not. */
    private static boolean isPickle(byte... start) {
        return start.length > 2 && start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5;
    }
}
