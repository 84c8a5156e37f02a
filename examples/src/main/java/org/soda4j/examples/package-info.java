/** Programs that a person runs; each is a picocli command and a main class of its own. */
package org.soda4j.examples;
