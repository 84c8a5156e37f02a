/**
 * Internal: how gradients become parameters. AdamW over parameter groups, loss scaling, the moving
 * average of the parameters and the batch-norm statistics.
 */
package org.soda4j.training.optimizer;
