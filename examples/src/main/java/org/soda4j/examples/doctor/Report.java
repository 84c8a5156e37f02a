package org.soda4j.examples.doctor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.soda4j.engine.FastKernel;
import org.soda4j.examples.doctor.Row.Verdict;

/** What all rows say together: a table with a line a family, what is wrong, and what to set. */
public final class Report {

    private static final int MOST_LISTED = 30;
    private static final int WIDEST_DETAIL = 200;

    private static final String LINE = "%-16s %-4s %6s  %-8s %-6s %-21s %s";

    /** What measures as slower than this is told, as it gains nothing here. */
    private static final double SLOW = 0.9;

    private final List<Row> rows;
    private final boolean gpu;

    /**
     * Takes rows.
     *
     * @param rows of all cases
     * @param gpu whether they are a GPU's
     */
    public Report(List<Row> rows, boolean gpu) {
        this.rows = List.copyOf(rows);
        this.gpu = gpu;
    }

    /** All rows, in their order. */
    public List<Row> rows() {
        return rows;
    }

    /** Whether every case was run and found nothing. */
    public boolean isSound() {
        return rows.stream().allMatch(row -> row.verdict() == Verdict.OK);
    }

    /** The table, then each row that is not well. */
    public List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(
                LINE.formatted("family", "", "cases", "error", "bound", "speed", "verdict")
                        .stripTrailing());
        groups().forEach((key, group) -> lines.add(line(group)));
        List<Row> ill = rows.stream().filter(row -> row.verdict() != Verdict.OK).toList();
        if (!ill.isEmpty()) {
            lines.add("");
            ill.stream().limit(MOST_LISTED).map(Report::detail).forEach(lines::add);
        }
        if (ill.size() > MOST_LISTED) {
            lines.add("... and %d more".formatted(ill.size() - MOST_LISTED));
        }
        List<Row> told = rows.stream().filter(Report::isTold).toList();
        if (!told.isEmpty()) {
            lines.add("");
            told.forEach(row -> lines.add(row.detail()));
        }
        return lines;
    }

    private Map<List<String>, List<Row>> groups() {
        return rows.stream()
                .collect(
                        Collectors.groupingBy(
                                row -> List.of(row.family(), row.precision()),
                                LinkedHashMap::new,
                                Collectors.toList()));
    }

    private static String line(List<Row> group) {
        List<Outcome> compared =
                group.stream()
                        .map(Row::outcome)
                        .filter(outcome -> outcome != null && !Double.isNaN(outcome.bound()))
                        .toList();
        double worst = 0;
        double bound = 0;
        double share = -1;
        for (Outcome outcome : compared) {
            double itsShare = outcome.error() == 0 ? 0 : outcome.error() / outcome.bound();
            if (!(itsShare <= share)) {
                worst = outcome.error();
                bound = outcome.bound();
                share = Double.isNaN(itsShare) ? Double.POSITIVE_INFINITY : itsShare;
            }
        }
        String speed =
                group.stream()
                        .map(Row::outcome)
                        .filter(outcome -> outcome != null && !outcome.speed().isEmpty())
                        .map(Outcome::speed)
                        .collect(Collectors.joining(", "));
        return String.format(
                        Locale.ROOT,
                        LINE,
                        group.get(0).family(),
                        group.get(0).precision(),
                        group.stream().filter(Report::isNoMeasurement).count(),
                        compared.isEmpty() ? "-" : String.format(Locale.ROOT, "%.1e", worst),
                        compared.isEmpty() ? "-" : String.format(Locale.ROOT, "%.0e", bound),
                        speed.isEmpty() ? "-" : speed,
                        verdict(group))
                .stripTrailing();
    }

    private static boolean isNoMeasurement(Row row) {
        return row.outcome() == null || !Double.isNaN(row.outcome().bound());
    }

    /** As "ok" or "2 CRASHED, 1 WRONG". */
    private static String verdict(List<Row> group) {
        Map<Verdict, Long> counts = new LinkedHashMap<>();
        for (Verdict verdict : Verdict.values()) {
            long count = group.stream().filter(row -> row.verdict() == verdict).count();
            if (count > 0) {
                counts.put(verdict, count);
            }
        }
        if (counts.keySet().equals(Set.of(Verdict.OK))) {
            return Verdict.OK.toString();
        }
        counts.remove(Verdict.OK);
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
    }

    /** A measurement that has more to say than a speed. */
    private static boolean isTold(Row row) {
        return row.verdict() == Verdict.OK && !isNoMeasurement(row) && !row.detail().isEmpty();
    }

    private static String detail(Row row) {
        String what = row.detail();
        if (row.outcome() != null) {
            String numbers =
                    String.format(
                            Locale.ROOT,
                            "error %.1e, allowed %.0e",
                            row.outcome().error(),
                            row.outcome().bound());
            what = what.isEmpty() ? numbers : numbers + "; " + what;
        }
        if (what.length() > WIDEST_DETAIL) {
            what = what.substring(0, WIDEST_DETAIL) + " ...";
        }
        return "%s: %s %s, %s: %s"
                .formatted(row.verdict(), row.family(), row.precision(), row.shape(), what);
    }

    /** What the rows mean and what to set, in a few sentences. */
    public List<String> verdict() {
        List<String> lines = new ArrayList<>();
        Set<FastKernel> ill = new LinkedHashSet<>();
        boolean plain = false;
        long missing = 0;
        for (Row row : rows) {
            if (row.verdict() == Verdict.NOT_RUN) {
                missing++;
            } else if (row.verdict() != Verdict.OK) {
                FastKernel family = fast(row);
                if (family == null) {
                    plain = true;
                } else {
                    ill.add(family);
                }
            }
        }
        if (isSound()) {
            lines.add("Nothing is wrong: %d cases. Nothing has to be set.".formatted(rows.size()));
        }
        if (!ill.isEmpty()) {
            lines.add("Fast kernels are wrong here or end the process. Set " + property(ill) + ".");
            lines.add(
                    "The library leaves out by itself what gives wrong numbers; a crash it cannot"
                            + " foresee.");
        }
        if (plain) {
            lines.add(
                    gpu
                            ? "Do not use this device before what is listed above is understood;"
                                    + " please report it with this whole output."
                            : "Plain operators are wrong here or end the process, which no property"
                                    + " mends. Try the environment variable ONEDNN_MAX_CPU_ISA=AVX2"
                                    + " (x86), or another version of libtorch; run doctor again, and"
                                    + " please report it with this whole output.");
        }
        if (missing > 0) {
            lines.add("%d cases were not run, so they may hide anything.".formatted(missing));
        }
        Set<FastKernel> slow = slow();
        slow.removeAll(ill);
        if (!slow.isEmpty()) {
            lines.add(
                    "Right, but slower than plain operators in this measurement: %s. If that is so again"
                                    .formatted(names(slow))
                            + " on a quiet machine, %s leaves out what is slow."
                                    .formatted(property(slow)));
        }
        return lines;
    }

    private Set<FastKernel> slow() {
        Set<FastKernel> slow = new LinkedHashSet<>();
        for (Row row : rows) {
            FastKernel family = fast(row);
            if (family != null && row.outcome() != null && row.outcome().speed().endsWith(" x")) {
                double speed = Double.parseDouble(row.outcome().speed().replace(" x", ""));
                if (speed < SLOW) {
                    slow.add(family);
                }
            }
        }
        return slow;
    }

    private static FastKernel fast(Row row) {
        return Arrays.stream(FastKernel.values())
                .filter(family -> family.id().equals(row.family()))
                .findFirst()
                .orElse(null);
    }

    private static String names(Set<FastKernel> families) {
        return families.stream().map(FastKernel::id).collect(Collectors.joining(", "));
    }

    /** With what is set already, since the property is given once. */
    private static String property(Set<FastKernel> families) {
        String given = System.getProperty("org.soda4j.kernels", "");
        return "-Dorg.soda4j.kernels="
                + (given.isBlank() ? "" : given + ",")
                + families.stream().map(f -> "-" + f.id()).collect(Collectors.joining(","));
    }
}
