/** The cases of {@code verify-goldens}: reference arrays against what the public builders make. */
package org.soda4j.examples.goldens;
