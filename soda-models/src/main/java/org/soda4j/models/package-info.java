/** Trained models that come in a jar: {@link org.soda4j.models.ShippedModel}. */
package org.soda4j.models;
