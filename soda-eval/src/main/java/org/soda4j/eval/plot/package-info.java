/** Pictures that a person looks at: image grids, line charts and heat maps, as PNG. */
package org.soda4j.eval.plot;
