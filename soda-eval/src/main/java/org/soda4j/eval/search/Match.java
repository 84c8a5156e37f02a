package org.soda4j.eval.search;

import java.util.Map;

/**
 * One image that a search found.
 *
 * @param id the image
 * @param similarity the cosine between its features and the query's, -1 to 1; of chosen sections,
 *     between these
 * @param label the name of its class, empty where it has none
 * @param metadata what else the index knows of it
 */
public record Match(String id, double similarity, String label, Map<String, String> metadata) {}
