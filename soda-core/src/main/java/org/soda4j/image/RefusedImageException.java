package org.soda4j.image;

import java.io.IOException;

/** Says that an image is refused by our rules, not by its decoder. */
final class RefusedImageException extends IOException {

    private static final long serialVersionUID = 1L;

    RefusedImageException(String message) {
        super(message);
    }

    /** What is cut off, or so damaged that its end is not found. */
    static RefusedImageException notWhole(ImageFormat format, String found) {
        return new RefusedImageException(
                "expected a whole %s file, found %s".formatted(format, found));
    }
}
