/** The report of a run: one HTML file that needs nothing else. */
package org.soda4j.eval.report;
