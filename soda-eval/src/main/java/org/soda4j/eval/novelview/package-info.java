/** How well novel views of unseen objects are drawn, and what latents say about their classes. */
package org.soda4j.eval.novelview;
