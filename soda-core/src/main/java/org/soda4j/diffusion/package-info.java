/**
 * The diffusion process: noise schedules, training targets, guidance and samplers. Nothing here
 * knows the network; a sampler asks a {@link org.soda4j.diffusion.NoisePredictor}.
 */
package org.soda4j.diffusion;
