/** Pages that programs serve to a browser on the same machine. */
package org.soda4j.examples.web;
