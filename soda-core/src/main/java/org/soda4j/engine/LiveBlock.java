package org.soda4j.engine;

import ai.djl.nn.Block;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A model's block as others get it: its memory stays during every call of it. */
@Internal
public final class LiveBlock implements InvocationHandler {

    private final Block block;
    private final Lifetime lifetime;

    private LiveBlock(Block block, Lifetime lifetime) {
        this.block = block;
        this.lifetime = lifetime;
    }

    /**
     * Wraps a block.
     *
     * @param block whose memory ends
     * @param lifetime of its memory
     * @return the same block, every call of which is within the lifetime
     */
    public static Block of(Block block, Lifetime lifetime) {
        return (Block)
                Proxy.newProxyInstance(
                        LiveBlock.class.getClassLoader(),
                        new Class<?>[] {Block.class},
                        new LiveBlock(block, lifetime));
    }

    /**
     * Returns what {@link #of} was given.
     *
     * @param block any
     * @return the block inside, or {@code block} itself
     */
    public static Block inside(Block block) {
        return Proxy.isProxyClass(block.getClass())
                        && Proxy.getInvocationHandler(block) instanceof LiveBlock live
                ? live.block
                : block;
    }

    /**
     * Does something with the memory of a block.
     *
     * @param block any; of those of {@link #of} the memory stays meanwhile
     * @param work what is done
     * @throws IllegalStateException if the memory's life has ended
     */
    public static void whileOpen(Block block, Runnable work) {
        if (Proxy.isProxyClass(block.getClass())
                && Proxy.getInvocationHandler(block) instanceof LiveBlock live) {
            live.lifetime.<Object, RuntimeException>during(
                    () -> {
                        work.run();
                        return null;
                    });
        } else {
            work.run();
        }
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            if (method.getName().equals("equals")) {
                return proxy == arguments[0];
            }
            if (method.getDeclaringClass() == Object.class) {
                return method.invoke(block);
            }
            return lifetime.<Object, ReflectiveOperationException>during(
                    () -> method.invoke(block, arguments));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
