/**
 * Several processes that train one model: one per device, each on its part of every batch. {@link
 * org.soda4j.distributed.Collective} is all that the trainer needs of them.
 */
package org.soda4j.distributed;
