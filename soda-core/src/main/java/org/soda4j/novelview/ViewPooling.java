package org.soda4j.novelview;

import org.soda4j.engine.Internal;
import org.soda4j.engine.NamedBlock;

/** How the latents of several source views become one. The order of the views does not matter. */
public enum ViewPooling {
    /** Their mean. */
    MEAN,
    /**
     * Their sum under learned weights (Ilse et al. 2018, eq. 8): {@code z = sum_s a_s z_s}, a =
     * softmax over the views of {@code score(tanh(hidden(z_s)))}, both linear. One view is its own
     * pool.
     */
    ATTENTION;

    /**
     * Makes the pooling as a DJL block: latents {@code [N, S, d]} in, {@code [N, d]} out.
     *
     * @param latentSize d
     * @param name from which and the seed initial values are drawn
     * @param seed of the initial values
     * @return a new block, not initialised; attention's parameters are {@code hidden.weight},
     *     {@code hidden.bias} and {@code score.weight}
     */
    @Internal
    public NamedBlock newBlock(int latentSize, String name, long seed) {
        return new PoolingBlock(this, latentSize, name, seed);
    }
}
