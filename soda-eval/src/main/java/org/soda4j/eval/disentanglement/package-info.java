/** How well the units of a code and the known factors of the data correspond. */
package org.soda4j.eval.disentanglement;
