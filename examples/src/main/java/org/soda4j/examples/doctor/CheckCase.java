package org.soda4j.examples.doctor;

/** One thing to try, in a process that may end over it. */
public interface CheckCase {

    /** What is computed, a row of the table. */
    String family();

    /** The number format, as the programs name it: fp32, bf16 or fp16. */
    String precision();

    /** The sizes that it is computed for. */
    String shape();

    /** Computes and compares. */
    Outcome run() throws Exception;
}
