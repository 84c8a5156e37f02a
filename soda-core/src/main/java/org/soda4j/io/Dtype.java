package org.soda4j.io;

import ai.djl.ndarray.types.DataType;

/**
 * The element types of a safetensors file that this library reads; the constants are spelled as in
 * the file.
 */
enum Dtype {
    /** 64-bit IEEE float. */
    F64(8, DataType.FLOAT64),
    /** 32-bit IEEE float. */
    F32(4, DataType.FLOAT32),
    /** 16-bit IEEE float. */
    F16(2, DataType.FLOAT16),
    /** The upper half of a 32-bit IEEE float; read as float32, which holds every value exactly. */
    BF16(2, DataType.FLOAT32),
    /** 64-bit signed integer. */
    I64(8, DataType.INT64),
    /** 32-bit signed integer. */
    I32(4, DataType.INT32),
    /** 16-bit signed integer; read as int32, because the PyTorch engine of DJL has no int16. */
    I16(2, DataType.INT32),
    /** 8-bit signed integer. */
    I8(1, DataType.INT8),
    /** 8-bit unsigned integer. */
    U8(1, DataType.UINT8),
    /** One byte, 0 or 1. */
    BOOL(1, DataType.BOOLEAN);

    private final int bytes;
    private final DataType dataType;

    Dtype(int bytes, DataType dataType) {
        this.bytes = bytes;
        this.dataType = dataType;
    }

    /**
     * The size of an element in the file.
     *
     * @return bytes of one element, 1 to 8
     */
    public int bytes() {
        return bytes;
    }

    /**
     * The type of the array that {@link SafetensorsFile#read} makes.
     *
     * @return DJL's data type
     */
    public DataType dataType() {
        return dataType;
    }

    /** The type an array is written as, or null when the format or the engine has none. */
    static Dtype of(DataType dataType) {
        return switch (dataType) {
            case FLOAT64 -> F64;
            case FLOAT32 -> F32;
            case FLOAT16 -> F16;
            case INT64 -> I64;
            case INT32 -> I32;
            case INT8 -> I8;
            case UINT8 -> U8;
            case BOOLEAN -> BOOL;
            default -> null;
        };
    }

    /** The type that a file spells {@code name}, or null. */
    static Dtype named(String name) {
        for (Dtype dtype : values()) {
            if (dtype.name().equals(name)) {
                return dtype;
            }
        }
        return null;
    }
}
