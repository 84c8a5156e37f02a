/**
 * Internal: what {@code Soda} is a front for. Encoder and denoiser with their parameters, the
 * denoiser as samplers ask it, the loss, and the checks of what goes in; nothing here knows a
 * configuration or a camera.
 */
package org.soda4j.model;
