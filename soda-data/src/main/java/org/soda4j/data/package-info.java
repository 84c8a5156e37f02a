/** Data sets, augmentations, view pairs, camera poses and the loader. */
package org.soda4j.data;
