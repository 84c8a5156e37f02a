/** What the programs' command lines share: options, checks of where output goes, progress bars. */
package org.soda4j.examples.cli;
