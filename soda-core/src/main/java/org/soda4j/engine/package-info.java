/**
 * Internal: the engine-level pieces that DJL lacks. Nothing here is part of the public interface,
 * and no other module may use it.
 */
package org.soda4j.engine;
