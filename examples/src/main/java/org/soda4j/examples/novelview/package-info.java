/** Turntables of objects, and pictures of their novel views. */
package org.soda4j.examples.novelview;
