/**
 * What all rooms of this module share: the exception for data that have to be refused, ranges of
 * options, random numbers by counter.
 */
package org.soda4j.data;
