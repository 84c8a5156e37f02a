package org.soda4j.examples.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A first Ctrl-C ends the program as ever, which waits for a checkpoint; a second one ends it at
 * once and says what was saved before.
 */
public final class SecondInterrupt {

    private static final Logger LOGGER = LoggerFactory.getLogger(SecondInterrupt.class);
    private static final int EXIT_CODE = 130;

    private static volatile Supplier<String> saved = () -> "";

    private SecondInterrupt() {}

    /** What is said at the second, from now on: what was saved, and how it goes on. */
    public static void tell(Supplier<String> text) {
        saved = text;
    }

    /** Takes the signal, where this JDK and system let a program do so. */
    public static void install() {
        AtomicBoolean first = new AtomicBoolean(true);
        Runnable interrupted =
                () -> {
                    if (first.getAndSet(false)) {
                        new Thread(() -> System.exit(EXIT_CODE), "soda-exit").start();
                    } else {
                        System.err.println("ended at once" + saved.get());
                        Runtime.getRuntime().halt(EXIT_CODE);
                    }
                };
        try {
            // By reflection, because the compiler warns of the class, and not every JDK has it.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (proxy, method, args) -> {
                                if (method.getName().equals("handle")) {
                                    interrupted.run();
                                    return null;
                                }
                                return method.getName().equals("equals")
                                        ? proxy == args[0]
                                        : method.getName().equals("hashCode")
                                                ? System.identityHashCode(proxy)
                                                : "second interrupt";
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("INT"), ours);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOGGER.debug("Ctrl-C stays as the JDK has it", e);
        }
    }
}
