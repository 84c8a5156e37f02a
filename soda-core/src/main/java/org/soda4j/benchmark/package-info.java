/** What a model costs and what a machine can do: operations an image, and the matrix peak. */
package org.soda4j.benchmark;
