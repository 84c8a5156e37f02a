package org.soda4j.examples.doctor;

import java.util.Locale;
import org.soda4j.Precision;

/** One thing to try, in a process that may end over it. */
public interface CheckCase {

    /** What is computed, a row of the table. */
    String family();

    /** The number format. */
    Precision number();

    /** The number format, as the programs name it: fp32, bf16 or fp16. */
    default String precision() {
        return number().name().toLowerCase(Locale.ROOT);
    }

    /** The sizes that it is computed for. */
    String shape();

    /** Computes and compares. */
    Outcome run() throws Exception;
}
