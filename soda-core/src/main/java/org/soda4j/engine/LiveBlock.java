package org.soda4j.engine;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A model's block as others get it: its memory stays during every call of it. */
@Internal
public final class LiveBlock implements InvocationHandler {

    private final Block block;
    private final Lifetime lifetime;

    private final InferenceParameters inference;

    private LiveBlock(Block block, Lifetime lifetime, InferenceParameters inference) {
        this.block = block;
        this.lifetime = lifetime;
        this.inference = inference;
    }

    /**
     * Wraps a block.
     *
     * @param block whose memory ends
     * @param lifetime of its memory
     * @return the same block, every call of which is within the lifetime
     */
    public static Block of(Block block, Lifetime lifetime) {
        return of(block, lifetime, null);
    }

    /**
     * Wraps a block that is for inference alone.
     *
     * @param block whose memory ends
     * @param lifetime of its memory
     * @param inference what {@link #store} gives; null for none
     * @return as {@link #of(Block, Lifetime)}
     */
    public static Block of(Block block, Lifetime lifetime, InferenceParameters inference) {
        return (Block)
                Proxy.newProxyInstance(
                        LiveBlock.class.getClassLoader(),
                        new Class<?>[] {Block.class},
                        new LiveBlock(block, lifetime, inference));
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
     * Returns what a block finds its parameters by in inference.
     *
     * @param block any
     * @param manager of what the call makes
     * @return the parameters that the block was wrapped with, or a plain store
     */
    public static ParameterStore store(Block block, NDManager manager) {
        if (Proxy.isProxyClass(block.getClass())
                && Proxy.getInvocationHandler(block) instanceof LiveBlock live
                && live.inference != null) {
            live.inference.refresh();
            return live.inference;
        }
        return new ParameterStore(manager, false);
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
