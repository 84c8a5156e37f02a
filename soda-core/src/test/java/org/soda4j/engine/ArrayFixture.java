package org.soda4j.engine;

import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests whose arrays belong to one manager, which is closed after each. */
public abstract class ArrayFixture {

    protected NDManager manager;

    @BeforeEach
    void openManager() {
        manager = PyTorchEngine.require().newBaseManager();
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }
}
