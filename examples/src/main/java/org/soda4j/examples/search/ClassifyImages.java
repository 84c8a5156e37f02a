package org.soda4j.examples.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.soda4j.eval.search.FewLabels;
import org.soda4j.eval.search.ImageIndex;
import org.soda4j.io.Utf8Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Classifies the images of an index from a few that somebody has labelled. */
@Command(
        name = "classify",
        sortOptions = false,
        description = {
            "Learns from a few labelled images and says of every other one which class it is, how"
                    + " probably, and which images to label next."
        })
public final class ClassifyImages extends IndexProgram {

    private static final int SHOWN = 24;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            required = true,
            description =
                    "One line an image: its path as the index names it, a comma or a tab, its class."
                            + " At least two images of each of at least two classes.")
    private Path file;

    @Option(
            names = "--next",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many images to suggest for labelling.")
    private int next;

    @Override
    Answer answer(ImageIndex index) throws IOException {
        requireAtLeast(1, "--next", next);
        Map<String, String> labels = labels(Utf8Text.read(file));
        FewLabels few;
        try {
            few = FewLabels.of(index.features(), labels);
        } catch (IllegalArgumentException e) {
            throw refusal("%s: %s".formatted(file, e.getMessage()), e);
        }
        List<FewLabels.Answer> answers =
                few.answers().stream().filter(each -> !labels.containsKey(each.id())).toList();
        List<String> helpful = few.mostHelpful(next);
        StringBuilder text = new StringBuilder();
        answers.forEach(
                each -> text.append(line(each.probability(), each.label() + "  " + each.id())));
        text.append(
                "%d images: %s%n"
                        .formatted(
                                answers.size(),
                                few.classNames().stream()
                                        .map(name -> count(name, answers) + " " + name)
                                        .collect(Collectors.joining(", "))));
        text.append("label next: %s%n".formatted(String.join("  ", helpful)));
        ThumbnailSheet sheet = sheet();
        for (String name : few.classNames()) {
            List<FewLabels.Answer> members =
                    answers.stream()
                            .filter(each -> each.label().equals(name))
                            .sorted(Comparator.comparing(FewLabels.Answer::probability).reversed())
                            .toList();
            sheet.add(
                    "%s: %d images".formatted(name, members.size()),
                    "The surest first.",
                    members.stream().limit(SHOWN).map(ClassifyImages::item).toList());
        }
        Map<String, FewLabels.Answer> byId = new HashMap<>();
        answers.forEach(each -> byId.put(each.id(), each));
        sheet.add(
                "Label next",
                "The least sure, and unlike each other.",
                helpful.stream().map(id -> item(byId.get(id))).toList());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("classes", few.classNames());
        json.put("answers", answers);
        json.put("next", helpful);
        return new Answer(json, text.toString(), "Classes", sheet);
    }

    private static long count(String name, List<FewLabels.Answer> answers) {
        return answers.stream().filter(each -> each.label().equals(name)).count();
    }

    private static ThumbnailSheet.Item item(FewLabels.Answer answer) {
        return new ThumbnailSheet.Item(
                answer.id(),
                String.format(Locale.ROOT, "%s %.2f", answer.label(), answer.probability()));
    }

    private Map<String, String> labels(String text) {
        Map<String, String> labels = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>(text.lines().toList());
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty()) {
                continue;
            }
            int cut = Math.max(line.lastIndexOf(','), line.lastIndexOf('\t'));
            String label = line.substring(cut + 1).strip();
            if (cut < 1 || label.isEmpty()) {
                throw refusal(
                        "%s, line %d: expected a path, a comma or a tab, and a class, found '%s'"
                                .formatted(file, i + 1, line));
            }
            String id = line.substring(0, cut).strip();
            String before = labels.put(id, label);
            if (before != null && !before.equals(label)) {
                throw refusal(
                        "%s, line %d: expected one class for %s, found %s and %s"
                                .formatted(file, i + 1, id, before, label));
            }
        }
        return labels;
    }
}
