/** What the benchmarks measure: the model, the loader, k-NN, the start, memory, communication. */
package org.soda4j.examples.benchmark;
