/**
 * Internal: computing without a model, for probes and searches. What they need of the engine layer,
 * which nobody outside of this module knows.
 */
package org.soda4j.compute;
