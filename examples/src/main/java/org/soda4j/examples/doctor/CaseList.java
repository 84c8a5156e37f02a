package org.soda4j.examples.doctor;

import java.util.List;

/**
 * Cases that a parent process names and its children run. Both make the same list: an
 * implementation is public and has a public constructor that takes a {@code List<String>}.
 */
public interface CaseList {

    /** The cases, the same ones in the same order for the same arguments. Makes no arrays. */
    List<CheckCase> cases();

    /** What a child says of the engine that it runs on, in one line. */
    String engine();
}
