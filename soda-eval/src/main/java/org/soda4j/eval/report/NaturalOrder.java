package org.soda4j.eval.report;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The order in which people list names: numbers in them by their value, obj2 before obj10. */
final class NaturalOrder implements Comparator<String> {

    private static final NaturalOrder ORDER = new NaturalOrder();

    private NaturalOrder() {}

    /** The indices of the names in this order. */
    static int[] of(List<String> names) {
        return IntStream.range(0, names.size())
                .boxed()
                .sorted(Comparator.comparing(names::get, ORDER))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @Override
    public int compare(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() && j < b.length()) {
            int endA = end(a, i);
            int endB = end(b, j);
            int order =
                    endA > i && endB > j
                            ? numbers(a.substring(i, endA), b.substring(j, endB))
                            : Character.compare(
                                    Character.toLowerCase(a.charAt(i)),
                                    Character.toLowerCase(b.charAt(j)));
            if (order != 0) {
                return order;
            }
            i = Math.max(endA, i + 1);
            j = Math.max(endB, j + 1);
        }
        int rest = Integer.compare(a.length() - i, b.length() - j);
        return rest != 0 ? rest : a.compareTo(b);
    }

    /** Where the digits end that begin here. */
    private static int end(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    /** Of any length. */
    private static int numbers(String a, String b) {
        String left = a.replaceFirst("^0+", "");
        String right = b.replaceFirst("^0+", "");
        return left.length() != right.length()
                ? Integer.compare(left.length(), right.length())
                : left.compareTo(right);
    }
}
