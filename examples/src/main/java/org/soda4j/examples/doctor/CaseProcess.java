package org.soda4j.examples.doctor;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/**
 * The child process: runs the cases of a list from a given one on, and prints a line before and
 * after each, so that the parent knows which case ended it.
 */
public final class CaseProcess {

    /** What a line for the parent begins with; the engine may print others. */
    static final String MARK = "doctor:";

    static final String ENGINE = "engine";
    static final String START = "start";
    static final String DONE = "done";
    static final String FAILED = "failed";
    static final String TAB = "\t";

    private CaseProcess() {}

    /**
     * Runs cases.
     *
     * @param args the class of the list, the first case's number, the list's arguments
     */
    public static void main(String[] args) throws ReflectiveOperationException {
        List<String> own = Arrays.asList(args).subList(2, args.length);
        CaseList list = list(Class.forName(args[0]).asSubclass(CaseList.class), own);
        PrintStream out = System.out;
        say(out, ENGINE, list.engine());
        List<CheckCase> cases = list.cases();
        for (int i = Integer.parseInt(args[1]); i < cases.size(); i++) {
            String number = String.valueOf(i);
            say(out, START, number);
            try {
                Outcome o = cases.get(i).run();
                say(
                        out,
                        DONE,
                        number,
                        String.valueOf(o.error()),
                        String.valueOf(o.bound()),
                        o.speed(),
                        o.detail());
            } catch (Exception | LinkageError e) {
                String message = String.valueOf(e.getMessage());
                say(out, FAILED, number, e.getClass().getSimpleName() + ": " + message);
                if (message.contains("CUDA")) {
                    break; // After an error of its own CUDA refuses everything in this process.
                }
            }
        }
        out.flush();
        // Not by the end of this method: the engine's threads may be in a bad state.
        Runtime.getRuntime().halt(0);
    }

    static CaseList list(Class<? extends CaseList> type, List<String> arguments)
            throws ReflectiveOperationException {
        return type.getConstructor(List.class).newInstance(arguments);
    }

    private static void say(PrintStream out, String word, String... fields) {
        StringBuilder line = new StringBuilder(MARK).append(word);
        for (String field : fields) {
            line.append(TAB).append(field.replaceAll("\\s+", " ").strip());
        }
        out.println(line);
        out.flush();
    }
}
