package org.soda4j.examples.doctor;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.soda4j.Precision;

/** Cases that end in every way; the arguments say which. None of them needs the engine. */
public final class FaultyCases implements CaseList {

    private static final int SIGFPE_CODE = 136;

    private final List<String> kinds;

    /** One case for each argument. */
    public FaultyCases(List<String> arguments) {
        kinds = arguments;
    }

    @Override
    public String engine() {
        if (kinds.contains("no engine")) {
            System.out.println("the library is not there");
            Runtime.getRuntime().halt(3);
        }
        return "none";
    }

    @Override
    public List<CheckCase> cases() {
        return kinds.stream().map(FaultyCases::of).toList();
    }

    private static CheckCase of(String kind) {
        return new Case(
                kind,
                switch (kind) {
                    case "right" -> () -> new Outcome(1e-7, 1e-5, "", "");
                    case "wrong" -> () -> new Outcome(0.25, 1e-5, "", "");
                    case "no number" -> () -> new Outcome(Double.NaN, 1e-5, "", "");
                    case "fast" -> () -> Outcome.measured("1.50 x", "");
                    case "slow" -> () -> Outcome.measured("0.50 x", "");
                    case "exception" ->
                            () -> {
                                throw new IllegalStateException("no\nsuch operator");
                            };
                    case "halt" -> () -> halt();
                    case "signal" -> () -> kill();
                    default -> () -> null;
                });
    }

    private static Outcome halt() {
        Runtime.getRuntime().halt(SIGFPE_CODE);
        return null;
    }

    /** As an integer division by zero in a library does; the JVM then reports and aborts. */
    private static Outcome kill() throws IOException, InterruptedException {
        long pid = ProcessHandle.current().pid();
        new ProcessBuilder("kill", "-FPE", String.valueOf(pid)).start().waitFor();
        Thread.sleep(60_000); // Until the signal is here.
        return null;
    }

    private record Case(String kind, Callable<Outcome> work) implements CheckCase {
        @Override
        public String family() {
            return kind.equals("wrong") ? "doubling" : "packed";
        }

        @Override
        public Precision number() {
            return Precision.FP32;
        }

        @Override
        public String shape() {
            return kind;
        }

        @Override
        public Outcome run() throws Exception {
            return work.call();
        }
    }
}
