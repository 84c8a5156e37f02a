/**
 * What all rooms of this module share: the exception for data that have to be refused, and ranges.
 */
package org.soda4j.data;
