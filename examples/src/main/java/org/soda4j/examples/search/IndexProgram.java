package org.soda4j.examples.search;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.soda4j.Soda;
import org.soda4j.eval.report.Report;
import org.soda4j.eval.search.ImageIndex;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.image.ImageDecoder;
import org.soda4j.image.PixelImage;
import org.soda4j.io.DatasetException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that asks an index: its answer as text, JSON or a sheet of thumbnails. */
abstract class IndexProgram extends Program {

    private static final ImageDecoder DECODER = ImageDecoder.builder().build();

    @Parameters(paramLabel = "INDEX", description = "Folder that search build made.")
    private Path folder;

    @Mixin private JsonOption json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also writes a sheet of thumbnails, one file. Default: none.")
    private Path html;

    private Optional<IndexSource> source;

    /** What was found, in the forms in which it is shown. */
    protected record Answer(Object json, String text, String title, ThumbnailSheet sheet) {}

    /** Finds the answer. */
    abstract Answer answer(ImageIndex index) throws IOException;

    @Override
    public final Integer call() throws IOException {
        if (html != null) {
            OutputCheck.file("--html", html);
        }
        source = IndexSource.read(folder);
        try (ImageIndex index = ImageIndex.open(folder)) {
            Answer answer = answer(index);
            PrintWriter text = json.text();
            text.print(answer.text);
            if (html != null) {
                Report.Builder report = Report.builder().title(answer.title);
                answer.sheet.sections().forEach(report::add);
                report.build().save(html);
                text.println("sheet: " + html.toAbsolutePath().normalize());
            }
            text.flush();
            json.answer(answer.json);
        }
        return 0;
    }

    /** An empty sheet that finds the index's images. */
    final ThumbnailSheet sheet() {
        return new ThumbnailSheet(source.map(IndexSource::folder).orElse(Path.of("")));
    }

    final Path imageFolder() {
        return requireSource("the folder of its images").folder();
    }

    final boolean hasImages() {
        return source.map(IndexSource::folder).filter(Files::isDirectory).isPresent();
    }

    /** The image of an id; empty where it is gone, or none any more. */
    final Optional<PixelImage> image(String id) {
        try {
            return Optional.of(DECODER.decode(imageFolder().resolve(id)));
        } catch (DatasetException e) {
            return Optional.empty();
        }
    }

    /** Opens a named model, or the one that the index was built with. */
    final Soda load(IndexedModel model) throws IOException {
        return model.options.load(
                model.named == null
                        ? Path.of(requireSource("its model; name one with --model").model())
                        : model.named);
    }

    private IndexSource requireSource(String what) {
        return source.orElseThrow(
                () -> refusal("%s: expected to be told %s, found nothing".formatted(folder, what)));
    }

    static String line(double score, String text) {
        return String.format(Locale.ROOT, "%8.4f  %s%n", score, text);
    }
}
