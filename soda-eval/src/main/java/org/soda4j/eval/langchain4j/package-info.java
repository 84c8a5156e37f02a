/**
 * Adapters for LangChain4j: {@link org.soda4j.eval.langchain4j.SodaEmbeddingModel} and {@link
 * org.soda4j.eval.langchain4j.ImageEmbeddingStore}. Who uses them brings {@code
 * dev.langchain4j:langchain4j-core} 1.19.
 */
package org.soda4j.eval.langchain4j;
