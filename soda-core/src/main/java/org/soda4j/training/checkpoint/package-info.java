/**
 * Checkpoints that survive crashes: folders of tensors and their hashes, written whole or not at
 * all, of which the newest that is intact is loaded.
 */
package org.soda4j.training.checkpoint;
