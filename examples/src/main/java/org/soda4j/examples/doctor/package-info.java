/**
 * What the program {@code doctor} does: cases, the processes that run them, and the table of what
 * they found. The only package of the examples that looks at the engine itself.
 */
package org.soda4j.examples.doctor;
