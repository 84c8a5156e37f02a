package org.soda4j.training.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The commit that is checked out, read from the files of git (gitrepository-layout(5)). */
final class GitCommit {

    private static final String OBJECT = "[0-9a-f]{40}([0-9a-f]{24})?";

    private GitCommit() {}

    /** The commit's hash, or empty outside of a repository or before its first commit. */
    static Optional<String> of(Path workingDirectory) {
        for (Path folder = workingDirectory.toAbsolutePath().normalize();
                folder != null;
                folder = folder.getParent()) {
            Path git = folder.resolve(".git");
            if (Files.exists(git)) {
                try {
                    return resolve(git);
                } catch (IOException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> resolve(Path dotGit) throws IOException {
        Path git = dotGit;
        if (Files.isRegularFile(dotGit)) {
            // A linked working tree or a submodule: the file names the folder.
            String text = Files.readString(dotGit).strip();
            git = dotGit.resolveSibling(text.replaceFirst("^gitdir:\\s*", "")).normalize();
        }
        String head = Files.readString(git.resolve("HEAD")).strip();
        if (!head.startsWith("ref:")) {
            return Optional.of(head).filter(text -> text.matches(OBJECT));
        }
        String name = head.substring("ref:".length()).strip();
        Path common = git;
        if (Files.exists(git.resolve("commondir"))) {
            common = git.resolve(Files.readString(git.resolve("commondir")).strip()).normalize();
        }
        if (Files.exists(common.resolve(name))) {
            return Optional.of(Files.readString(common.resolve(name)).strip())
                    .filter(text -> text.matches(OBJECT));
        }
        if (Files.exists(common.resolve("packed-refs"))) {
            return Files.readAllLines(common.resolve("packed-refs")).stream()
                    .filter(line -> line.matches(OBJECT + " .*") && line.endsWith(" " + name))
                    .map(line -> line.substring(0, line.indexOf(' ')))
                    .findFirst();
        }
        return Optional.empty();
    }
}
