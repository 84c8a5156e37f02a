package org.soda4j;

import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.soda4j.denoiser.Denoiser;
import org.soda4j.denoiser.UNetDenoiser;

/**
 * What a model is made of.
 *
 * @param parameters trainable numbers per part, in order: encoder, denoiser and, in a model with
 *     cameras, views: what is there for rays, pooling and cross-attention only
 * @param sections what each section of the latent drives
 */
public record ModelSummary(Map<String, Long> parameters, List<Section> sections) {

    private static final int COLUMNS = 80;
    private static final List<String> UNKNOWN = List.of("unknown");

    /** Where the blocks stand in a row. */
    private static final int INDENT = 28;

    /**
     * One section of the latent.
     *
     * @param index from 0
     * @param size dimensions
     * @param blocks names of the residual blocks that it drives, in the PyTorch implementation's
     *     words; none, which is shown as unknown, where the denoiser is not a {@link UNetDenoiser}
     * @param resolutions heights x widths of what those blocks make, each once; none where unknown
     */
    public record Section(int index, int size, List<String> blocks, List<String> resolutions) {}

    static ModelSummary of(SodaConfig config, Denoiser denoiser, Map<String, Parameter> all) {
        Map<String, Long> parameters = new LinkedHashMap<>();
        parameters.put("encoder", count(all, n -> n.startsWith("encoder.") && !isOfViews(n)));
        parameters.put("denoiser", count(all, n -> n.startsWith("decoder.") && !isOfViews(n)));
        if (config.views() != null) {
            parameters.put("views", count(all, ModelSummary::isOfViews));
        }
        return new ModelSummary(parameters, sections(config, denoiser));
    }

    private static List<Section> sections(SodaConfig config, Denoiser denoiser) {
        List<Section> sections = new ArrayList<>();
        if (!(denoiser instanceof UNetDenoiser unet)) {
            for (int i = 0; i < config.latent().sections(); i++) {
                sections.add(new Section(i, config.latent().size(i), List.of(), List.of()));
            }
            return sections;
        }
        List<Map<String, List<Long>>> blocks = unet.blocksOfSections();
        for (int i = 0; i < blocks.size(); i++) {
            List<String> resolutions =
                    blocks.get(i).values().stream()
                            .map(size -> size.get(0) + " x " + size.get(1))
                            .distinct()
                            .toList();
            List<String> names = List.copyOf(blocks.get(i).keySet());
            sections.add(new Section(i, config.latent().size(i), names, resolutions));
        }
        return sections;
    }

    /** Whether a parameter is there for cameras only: rays, pooling, cross-attention. */
    private static boolean isOfViews(String name) {
        return name.contains(".views.");
    }

    private static long count(Map<String, Parameter> all, Predicate<String> part) {
        return all.entrySet().stream()
                .filter(entry -> part.test(entry.getKey()))
                .map(Map.Entry::getValue)
                .filter(Parameter::requiresGradient)
                .mapToLong(parameter -> parameter.getArray().getShape().size())
                .sum();
    }

    /**
     * All trainable numbers.
     *
     * @return the sum over the parts
     */
    public long parameterCount() {
        return parameters.values().stream().mapToLong(n -> n).sum();
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder();
        parameters.forEach((part, count) -> table.append(row(part, count)));
        table.append(row("total", parameterCount())).append('\n');
        table.append("section  size  resolution   blocks\n");
        for (Section section : sections) {
            String start =
                    "%7d  %4d  %-11s  "
                            .formatted(
                                    section.index(), section.size(), shown(section.resolutions()));
            boolean known = !section.blocks().isEmpty();
            table.append(wrapped(start, known ? section.blocks() : UNKNOWN));
        }
        return table.toString();
    }

    private static String shown(List<String> words) {
        return String.join(", ", words.isEmpty() ? UNKNOWN : words);
    }

    /** The blocks after the start of a row, in lines for terminals. */
    private static String wrapped(String start, List<String> blocks) {
        StringBuilder lines = new StringBuilder();
        StringBuilder line = new StringBuilder(start);
        for (int i = 0; i < blocks.size(); i++) {
            String block = blocks.get(i) + (i + 1 < blocks.size() ? ", " : "");
            if (line.length() + block.strip().length() > COLUMNS) {
                lines.append(line.toString().stripTrailing()).append('\n');
                line = new StringBuilder(" ".repeat(INDENT));
            }
            line.append(block);
        }
        return lines.append(line).append('\n').toString();
    }

    private static String row(String part, long count) {
        return String.format(Locale.ROOT, "%-9s %,12d parameters\n", part, count);
    }
}
