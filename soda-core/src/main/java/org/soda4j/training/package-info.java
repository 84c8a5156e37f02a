/**
 * Training: the trainer, its configuration and its data. What a run keeps is in {@code run} and
 * {@code checkpoint}, who watches it in {@code listener}, and how gradients become parameters in
 * {@code optimizer}; none of these knows this package.
 */
package org.soda4j.training;
