/**
 * Models as ONNX files, for runtimes outside of the JVM and without PyTorch: {@link
 * org.soda4j.eval.onnx.OnnxExport}. ONNX's protobuf classes ({@code org.tribuo:tribuo-util-onnx})
 * have to be on the class path; they are not a dependency of those who use this module.
 */
package org.soda4j.eval.onnx;
