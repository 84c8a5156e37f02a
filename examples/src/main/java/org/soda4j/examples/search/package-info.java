/** The commands of {@code search}, and what they share. */
package org.soda4j.examples.search;
