package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What every example answers to --help and --version. */
class HelpTest {

    private static final int COLUMNS = 80;

    /** With those of commands that have some of their own, such as "search build". */
    static Stream<String> names() {
        return Examples.commandLine(new Examples()).getSubcommands().entrySet().stream()
                .flatMap(
                        entry ->
                                Stream.concat(
                                        Stream.of(entry.getKey()),
                                        entry.getValue().getSubcommands().keySet().stream()
                                                .map(name -> entry.getKey() + " " + name)));
    }

    private static CommandLine command(String name) {
        CommandLine command = Examples.commandLine(new Examples());
        for (String part : name.split(" ")) {
            command = command.getSubcommands().get(part);
        }
        return command;
    }

    @ParameterizedTest
    @MethodSource("names")
    void isTheSameOfAProgramThatIsLoadedAlone(String name) {
        CommandLine alone = Examples.commandLine(Examples.command(name.split(" ")));
        assertThat(alone.getSubcommands()).hasSize(1);
        CommandLine command = alone;
        for (String part : name.split(" ")) {
            command = command.getSubcommands().get(part);
        }
        assertThat(command.getUsageMessage()).isEqualTo(command(name).getUsageMessage());
        assertThat(command.getCommandSpec().qualifiedName()).isEqualTo("soda-examples " + name);
        assertThat(command.getCommandSpec().version())
                .isEqualTo(command(name).getCommandSpec().version());
    }

    @ParameterizedTest
    @MethodSource("names")
    void fitsATerminalOf80Columns(String name) {
        assertThat(command(name).getUsageMessage().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS));
        assertThat(Examples.commandLine(new Examples()).getUsageMessage().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS));
    }

    @ParameterizedTest
    @MethodSource("names")
    void saysWhatItDoesAndWhatEachOptionIs(String name) {
        CommandSpec spec = command(name).getCommandSpec();
        assertThat(spec.usageMessage().description()[0]).contains(" ").endsWith(".");
        for (PositionalParamSpec argument : spec.positionalParameters()) {
            assertThat(argument.description()).as(argument.paramLabel()).isNotEmpty();
        }
        for (OptionSpec option : spec.options()) {
            String description = String.join(" ", option.description());
            assertThat(description).as(name + option.longestName()).contains(" ").endsWith(".");
            assertThat(tellsDefault(spec, option, description))
                    .as(name + " " + option.longestName() + " tells its default")
                    .isTrue();
        }
    }

    private static boolean tellsDefault(CommandSpec spec, OptionSpec option, String description) {
        boolean shown =
                option.showDefaultValue() == Visibility.ALWAYS
                        || (option.showDefaultValue() == Visibility.ON_DEMAND
                                && spec.usageMessage().showDefaultValues());
        return option.required()
                || option.arity().max() == 0
                || description.matches("(?s).*([Dd]efault: |no default).*")
                || (option.defaultValue() != null && shown);
    }

    /** One row a program, a cross for each option it has. */
    @Test
    void thePageSaysWhichProgramHasWhichOption() throws IOException {
        String page = Files.readString(Path.of("").resolve("../docs/programs.md"));
        List<String> lines = page.lines().toList();
        String head = lines.stream().filter(l -> l.startsWith("| program | `--")).findFirst().get();
        List<String> options =
                Pattern.compile("--[a-z-]+")
                        .matcher(head)
                        .results()
                        .map(MatchResult::group)
                        .toList();
        String answers = page.substring(page.indexOf("## What --json prints"));
        for (String name : names().filter(n -> !n.equals("search")).toList()) {
            Set<String> known = command(name).getCommandSpec().optionsMap().keySet();
            String row = "| `" + name + "` |";
            for (String option : options) {
                row += known.contains(option) ? " x |" : "  |";
            }
            assertThat(lines).contains(row);
            assertThat(answers.contains("`" + name + "`"))
                    .as(name + " is among those that answer in JSON")
                    .isEqualTo(known.contains("--json") || name.equals("ablation"));
        }
    }

    /** So that nobody has to look up what it takes this time. */
    @Test
    void anOptionIsOfOneKindInAllPrograms() {
        Map<String, Set<String>> kinds = new TreeMap<>();
        for (String name : names().toList()) {
            for (OptionSpec option : command(name).getCommandSpec().options()) {
                String type = option.type().getSimpleName().toLowerCase(Locale.ROOT);
                kinds.computeIfAbsent(option.longestName(), o -> new TreeSet<>())
                        .add(type.matches("int|integer|long") ? "number" : type);
            }
        }
        // Spark takes addresses of any file system.
        assertThat(kinds.get("--images")).containsExactly("path", "string");
        assertThat(kinds.get("--count")).containsExactly("number");
        assertThat(kinds.get("--steps")).containsExactly("number");
        assertThat(kinds.get("--seed")).containsExactly("number");
        assertThat(kinds.get("--precision")).containsExactly("precision");
        assertThat(kinds.get("--out")).containsExactly("path", "string");
    }

    @Test
    void knowsItsVersion() {
        assertThat(command("train").getCommandSpec().version()[0]).startsWith("soda4j ");
    }
}
