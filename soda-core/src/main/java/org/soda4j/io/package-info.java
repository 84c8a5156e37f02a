/** Files of tensors: the strict safetensors reader and writer, and whole-or-nothing file writes. */
package org.soda4j.io;
