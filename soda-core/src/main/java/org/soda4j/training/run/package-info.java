/**
 * The folder of a training run: its lock, configuration, environment and checkpoints, so that
 * repeating a command resumes it.
 */
package org.soda4j.training.run;
