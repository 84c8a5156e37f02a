/**
 * Training: the trainer, its run folder with durable checkpoints, and the listeners that watch a
 * run.
 */
package org.soda4j.training;
