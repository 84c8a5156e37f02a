package org.soda4j.examples.doctor;

/**
 * What became of a case.
 *
 * @param family as the case says
 * @param precision as the case says
 * @param shape as the case says
 * @param verdict in a word
 * @param outcome what was found; null if the case did not come to its end
 * @param detail what else is known
 */
public record Row(
        String family,
        String precision,
        String shape,
        Verdict verdict,
        Outcome outcome,
        String detail) {

    /** How a case ended. */
    public enum Verdict {
        /** Within its bound. */
        OK("ok"),
        /** Another result than it should have been. */
        WRONG("WRONG"),
        /** An exception. */
        FAILED("FAILED"),
        /** The end of its process. */
        CRASHED("CRASHED"),
        /** Silence for minutes. */
        HANGS("HANGS"),
        /** There was no time or no process left for it. */
        NOT_RUN("not run");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    static Row of(CheckCase tried, Outcome outcome) {
        return new Row(
                tried.family(),
                tried.precision(),
                tried.shape(),
                outcome.passed() ? Verdict.OK : Verdict.WRONG,
                outcome,
                outcome.detail());
    }

    static Row of(CheckCase tried, Verdict verdict, String detail) {
        return new Row(
                tried.family(), tried.precision(), tried.shape(), verdict, null, detail.strip());
    }
}
