package org.soda4j.eval;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.soda4j.Soda;

/** Tests that share one {@link TestModels#tiny()}. */
public abstract class TinyModelTest {

    protected static Soda soda;

    @BeforeAll
    static void open() {
        soda = TestModels.tiny();
    }

    @AfterAll
    static void close() {
        soda.close();
    }
}
