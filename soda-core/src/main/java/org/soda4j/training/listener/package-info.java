/**
 * Who watches a run: listeners that are notified of its events, write metrics as JSON lines or for
 * TensorBoard, stop it early, and evaluations on the way.
 */
package org.soda4j.training.listener;
