package org.soda4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything that is not exactly a safetensors file is refused, naming file and tensor. */
class SafetensorsRefusalTest {

    @TempDir private Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "unknown dtype | 4 | {'w':{'dtype':'Q7','shape':[1],'data_offsets':[0,4]}} | tensor 'w': expected a dtype",
                "dtype no text | 4 | {'w':{'dtype':7,'shape':[1],'data_offsets':[0,4]}} | tensor 'w': expected a dtype",
                "lower-case dtype | 4 | {'w':{'dtype':'f32','shape':[1],'data_offsets':[0,4]}} | tensor 'w': expected a dtype",
                "negative size | 4 | {'w':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}} | tensor 'w': expected shape[0]",
                "fraction | 4 | {'w':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}} | tensor 'w': expected shape[0]",
                "huge size | 4 | {'w':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,4]}} | tensor 'w': expected shape[0]",
                "overflow | 4 | {'w':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,4]}} | tensor 'w': the size of shape",
                "overflow by dtype | 0 | {'w':{'dtype':'F64','shape':[2305843009213693952],'data_offsets':[0,0]}} | tensor 'w': the size of shape",
                "overflow beside zero | 0 | {'w':{'dtype':'F32','shape':[0,4294967296,4294967296],'data_offsets':[0,0]}} | tensor 'w': the size of shape",
                "shape no array | 4 | {'w':{'dtype':'F32','shape':1,'data_offsets':[0,4]}} | tensor 'w': expected shape to be an array",
                "three offsets | 4 | {'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4,4]}} | tensor 'w': expected data_offsets",
                "reversed offsets | 4 | {'w':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}} | tensor 'w': expected data_offsets",
                "offset outside | 4 | {'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | tensor 'w': expected data_offsets",
                "offset overflow | 4 | {'w':{'dtype':'F32','shape':[1],'data_offsets':[9223372036854775804,9223372036854775807]}} | tensor 'w': expected data_offsets",
                "negative offset | 4 | {'w':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}} | tensor 'w': expected data_offsets[0]",
                "too few bytes | 4 | {'w':{'dtype':'F64','shape':[1],'data_offsets':[0,4]}} | tensor 'w': expected 8 bytes",
                "too many bytes | 4 | {'w':{'dtype':'U8','shape':[1],'data_offsets':[0,4]}} | tensor 'w': expected 1 bytes",
                "overlap | 6 | {'v':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'w':{'dtype':'F32','shape':[1],'data_offsets':[2,6]}} | tensor 'w': expected its data to begin at 4",
                "same place | 4 | {'v':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | overlap",
                "hole | 9 | {'v':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'w':{'dtype':'F32','shape':[1],'data_offsets':[5,9]}} | tensor 'w': expected its data to begin at 4",
                "hole at the start | 5 | {'w':{'dtype':'F32','shape':[1],'data_offsets':[1,5]}} | hole",
                "trailing bytes | 5 | {'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | found 1 bytes after it",
                "bytes without tensors | 1 | {} | found 1 bytes after it",
                "duplicate name | 4 | {'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | Duplicate field 'w'",
                "duplicate field | 4 | {'w':{'dtype':'F32','dtype':'F32','shape':[1],'data_offsets':[0,4]}} | Duplicate field 'dtype'",
                "duplicate metadata | 0 | {'__metadata__':{'a':'1','a':'1'}} | Duplicate field 'a'",
                "missing field | 4 | {'w':{'dtype':'F32','shape':[1]}} | tensor 'w': expected the fields",
                "unknown field | 4 | {'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'x':1}} | tensor 'w': expected the fields",
                "tensor no object | 4 | {'w':5} | tensor 'w': expected an object",
                "tensor null | 4 | {'w':null} | tensor 'w': expected an object",
                "metadata no object | 0 | {'__metadata__':[1]} | expected __metadata__ to be an object",
                "metadata no text | 0 | {'__metadata__':{'k':1}} | expected __metadata__ 'k' to be a string",
                "metadata null | 0 | {'__metadata__':{'k':null}} | expected __metadata__ 'k' to be a string",
                "trailing token | 0 | {} {} | not valid JSON",
                "trailing text | 0 | {}x | not valid JSON",
                "unfinished | 0 | {'w': | not valid JSON",
                "not an object | 0 | [] | starts with '{'",
                "leading space | 0 | ` {}` | starts with '{'",
                "no JSON | 0 | {nonsense} | not valid JSON",
                "surrogate | 0 | {'\\ud800':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}} | unpaired surrogate",
            })
    void refusesHeader(String name, int dataBytes, String header, String message)
            throws IOException {
        // In the message the single quotes are meant, in the header they stand for double quotes.
        Path file = file(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8), dataBytes);
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageStartingWith(file.toString())
                .satisfies(
                        e ->
                                assertThat(e.getMessage().replace('"', '\''))
                                        .contains(message.trim()));
        assertReleased(file);
    }

    @Test
    void refusesInvalidUtf8() throws IOException {
        byte[] header = "{\"w\":{}}".getBytes(StandardCharsets.UTF_8);
        header[2] = (byte) 0xff;
        assertRefused(file(header, 0), "not valid UTF-8");
    }

    @Test
    void refusesHeaderLengths() throws IOException {
        assertRefused(raw(new byte[0]), "found 0");
        assertRefused(raw(new byte[7]), "found 7");
        assertRefused(raw(length(0).array()), "starts with '{'");
        assertRefused(raw(length(1).array()), "expected a header of 1 bytes, found a file of 8");
        assertRefused(raw(length(100_000_001).array()), "at most 100000000 bytes");
        assertRefused(raw(length(-1).array()), "found 18446744073709551615");
    }

    @Test
    void refusesAbsurdNesting() throws IOException {
        String header = "{\"w\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertRefused(file(header.getBytes(StandardCharsets.UTF_8), 0), "not valid JSON");
    }

    @Test
    void acceptsWhatTheRulesAllow() throws IOException {
        String header =
                "{\"b\":{\"shape\":[],\"dtype\":\"F32\",\"data_offsets\":[1,5]},"
                        + "\"empty\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[1,1]},"
                        + "\"\u00e4\":{\"dtype\":\"U8\",\"shape\":[1,1],\"data_offsets\":[0,1]}} \n";
        try (SafetensorsFile open =
                Safetensors.open(file(header.getBytes(StandardCharsets.UTF_8), 5))) {
            assertThat(open.names()).containsExactly("\u00e4", "empty", "b");
            assertThat(open.info("b").shape().dimension()).isZero();
            assertThat(open.buffer("b").remaining()).isEqualTo(4);
            assertThat(open.buffer("empty").remaining()).isZero();
            assertThat(open.metadata()).isEmpty();
            assertThatThrownBy(() -> open.info("c"))
                    .isInstanceOf(SafetensorsException.class)
                    .hasMessageContaining("expected a tensor 'c'");
        }
    }

    private void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    /** A refused file is not left open (which Windows would notice) and not changed. */
    private static void assertReleased(Path file) throws IOException {
        Files.delete(file);
        assertThat(file).doesNotExist();
    }

    private Path file(byte[] header, int dataBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + header.length + dataBytes);
        return raw(bytes.put(length(header.length)).put(header).array());
    }

    private static ByteBuffer length(long length) {
        return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    }

    private Path raw(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("bad.safetensors"), bytes);
    }
}
