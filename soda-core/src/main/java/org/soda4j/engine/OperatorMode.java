package org.soda4j.engine;

/**
 * How operators run.
 *
 * @param training whether autograd records them, dropout is active and batch norm uses the batch
 * @param format of feature maps, convolutions and attention; norms, modulation and the linear
 *     layers of time and latent compute in float32 whatever it is
 */
@Internal
public record OperatorMode(boolean training, NumberFormat format) {}
