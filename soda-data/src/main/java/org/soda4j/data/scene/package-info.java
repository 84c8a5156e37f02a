/**
 * Objects seen by cameras, {@link org.soda4j.data.scene.SceneSource}, and their views as training
 * data.
 */
package org.soda4j.data.scene;
