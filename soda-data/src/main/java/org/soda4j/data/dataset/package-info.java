/**
 * Images with labels: {@link org.soda4j.data.dataset.ImageDataset} and the data sets that come with
 * this library, from official files, from folders, from memory and by a procedure.
 */
package org.soda4j.data.dataset;
