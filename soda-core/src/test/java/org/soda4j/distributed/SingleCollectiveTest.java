package org.soda4j.distributed;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SingleCollectiveTest {

    @TestFactory
    Stream<DynamicTest> fulfilsTheContract() {
        return CollectiveContract.checks().entrySet().stream()
                .map(
                        check ->
                                DynamicTest.dynamicTest(
                                        check.getKey(),
                                        () -> {
                                            try (NDManager manager =
                                                    CollectiveContract.newManager()) {
                                                check.getValue()
                                                        .accept(Collective.single(), manager);
                                            }
                                        }));
    }

    @Test
    void abortingAloneThrowsTheReason() {
        assertThatThrownBy(() -> Collective.single().abort("no more data"))
                .isInstanceOf(CollectiveException.class)
                .hasMessageContaining("no more data");
    }
}
