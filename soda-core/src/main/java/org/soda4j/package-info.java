/** The model: {@code Soda} is the front door, {@code SodaConfig} describes it. */
package org.soda4j;
