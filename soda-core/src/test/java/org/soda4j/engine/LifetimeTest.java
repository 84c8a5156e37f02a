package org.soda4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Memory is freed once, by the closer or the last call inside. */
class LifetimeTest {

    private final AtomicInteger freed = new AtomicInteger();
    private final Lifetime lifetime = new Lifetime("it is closed", freed::incrementAndGet);

    @Test
    void withoutCallsTheCloserFrees() {
        assertThat(lifetime.<String, RuntimeException>during(() -> "result")).isEqualTo("result");
        assertThat(lifetime.isOpen()).isTrue();
        lifetime.close();
        lifetime.close();
        assertThat(lifetime.isOpen()).isFalse();
        assertThat(freed).hasValue(1);
        assertRefused();
    }

    @Test
    void aCallThatClosesFinishesAndThenFrees() {
        int during =
                lifetime.during(
                        () -> {
                            lifetime.close();
                            // What it calls is let in; what others call is not.
                            lifetime.during(freed::get);
                            onAnotherThread(this::assertRefused);
                            return freed.get();
                        });
        assertThat(during).isZero();
        assertThat(freed).hasValue(1);
        assertRefused();
    }

    @Test
    void theLastOfSeveralCallsFrees() {
        lifetime.during(
                () -> {
                    onAnotherThread(
                            () ->
                                    lifetime.during(
                                            () -> {
                                                lifetime.close();
                                                return null;
                                            }));
                    assertThat(freed).as("this call is inside").hasValue(0);
                    return null;
                });
        assertThat(freed).hasValue(1);
    }

    @Test
    void aCallThatFailsLeaves() {
        assertThatThrownBy(
                        () ->
                                lifetime.during(
                                        () -> {
                                            lifetime.close();
                                            throw new IOException("expected");
                                        }))
                .isInstanceOf(IOException.class);
        assertThat(freed).hasValue(1);
        assertRefused();
    }

    private void assertRefused() {
        assertThatThrownBy(() -> lifetime.during(freed::incrementAndGet))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("it is closed");
    }

    private static void onAnotherThread(Runnable work) {
        CompletableFuture.runAsync(work).join();
    }
}
