package org.soda4j.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript source into the archive that the engine loads: a zip of four stored entries.
 */
final class TorchScriptArchive {

    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private TorchScriptArchive() {}

    /**
     * Builds an archive whose object is of the one class that the source defines.
     *
     * @param className the class, without {@code __torch__}
     * @param source TorchScript text of that class
     * @return the bytes of the archive
     */
    static byte[] of(String className, String source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "soda/data.pkl", pickledObject(className));
            put(zip, "soda/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            put(zip, "soda/constants.pkl", EMPTY_TUPLE);
            put(zip, "soda/version", "3\n".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** A pickle (protocol 2) of an object without parameters, whose state is {training: True}. */
    private static byte[] pickledObject(String className) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x80, 2}); // PROTO 2
        out.write(
                ("c__torch__\n" + className + "\n").getBytes(StandardCharsets.US_ASCII)); // GLOBAL
        out.write(new byte[] {')', (byte) 0x81}); // EMPTY_TUPLE NEWOBJ
        out.write(new byte[] {'}', '(', 'X', 8, 0, 0, 0}); // EMPTY_DICT MARK BINUNICODE
        out.write("training".getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[] {(byte) 0x88, 'u', 'b', '.'}); // NEWTRUE SETITEMS BUILD STOP
        return out.toByteArray();
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
