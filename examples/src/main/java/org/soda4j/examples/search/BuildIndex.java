package org.soda4j.examples.search;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.soda4j.Soda;
import org.soda4j.eval.search.FolderIndexer;
import org.soda4j.eval.search.ImageEncoder;
import org.soda4j.eval.search.ImageIndex;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.PartProgress;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.training.ModelOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an index of a folder, or brings it up to date. */
@Command(
        name = "build",
        sortOptions = false,
        description = {
            "Encodes the images of a folder, at any depth, into an index.",
            "The same command again encodes only what is new or changed, and goes on after Ctrl-C."
        })
public final class BuildIndex extends Program {

    @Parameters(paramLabel = "FOLDER", description = "Folder of image files.")
    private Path folder;

    @Option(
            names = "--model",
            defaultValue = "photos-32",
            paramLabel = "MODEL",
            description =
                    "Folder of a run or of a saved model, or photos-32, which comes with soda4j.")
    private Path run;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "INDEX",
            description = "Folder of the index, new or from before.")
    private Path out;

    @Mixin private ModelOptions model;

    @Mixin private JsonOption json;

    /**
     * What --json prints.
     *
     * @param images in the index now
     * @param encoded that are new or changed
     * @param gone that the folder has no more
     * @param leftOut what could not be read: path to message
     * @param index its folder
     */
    private record Answer(
            int images,
            int encoded,
            int unchanged,
            int gone,
            Map<String, String> leftOut,
            String index) {}

    @Override
    public Integer call() throws IOException {
        OutputCheck.folder("--out", out);
        try (Soda soda = model.load(run);
                PartProgress progress = new PartProgress()) {
            ImageEncoder encoder = ImageEncoder.of(soda);
            try (ImageIndex index = ImageIndex.openOrCreate(out, encoder.space())) {
                IndexSource.of(folder, run).write(out);
                FolderIndexer.Changes changes =
                        FolderIndexer.of(encoder, folder)
                                .progress((done, total) -> progress.at("encode", done, total))
                                .update(index);
                String where = out.toAbsolutePath().normalize().toString();
                PrintWriter text = json.text();
                text.printf(
                        "%d images: %d encoded, %d unchanged, %d gone, %d left out: %s%n",
                        index.size(),
                        changes.encoded(),
                        changes.unchanged(),
                        changes.deleted(),
                        changes.leftOut().size(),
                        where);
                text.flush();
                json.answer(
                        new Answer(
                                index.size(),
                                changes.encoded(),
                                changes.unchanged(),
                                changes.deleted(),
                                changes.leftOut(),
                                where));
            }
        }
        return 0;
    }
}
