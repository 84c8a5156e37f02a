/** What {@code export} writes beside the ONNX files. */
package org.soda4j.examples.export;
