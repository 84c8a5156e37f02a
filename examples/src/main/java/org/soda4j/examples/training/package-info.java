/** What the programs that train share: images, small models, the run itself, joined ranks. */
package org.soda4j.examples.training;
