package org.soda4j.eval;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.soda4j.Soda;
import org.soda4j.TinyModels;

/** Tests that share one {@link TinyModels#tiny()}. */
public abstract class TinyModelTest {

    protected static Soda soda;

    @BeforeAll
    static void open() {
        soda = TinyModels.builder().build();
    }

    @AfterAll
    static void close() {
        soda.close();
    }
}
