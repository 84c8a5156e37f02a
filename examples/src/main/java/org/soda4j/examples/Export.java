package org.soda4j.examples;

import ai.djl.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.soda4j.Precision;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.eval.onnx.OnnxExport;
import org.soda4j.examples.cli.JsonOption;
import org.soda4j.examples.cli.OutputCheck;
import org.soda4j.examples.cli.Program;
import org.soda4j.examples.export.ModelCard;
import org.soda4j.examples.export.PageFiles;
import org.soda4j.examples.export.PythonProgram;
import org.soda4j.examples.training.TrainedModel;
import org.soda4j.examples.training.TrainingImages;
import org.soda4j.image.ImagePreparation;
import org.soda4j.io.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a trained model for use outside of Java. */
@Command(
        name = "export",
        sortOptions = false,
        description = {
            "Writes a model as ONNX, with a Python program and a model card.",
            "  python3 DIR/encode.py IMAGE..."
        })
final class Export extends Program {

    @Parameters(paramLabel = "MODEL", description = "Folder of a run, or of a saved model.")
    private Path run;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder of the files; older ones of their names are replaced.")
    private Path out;

    @Option(
            names = "--checkpoint",
            paramLabel = "N",
            description = "The checkpoint of step N. Default: the newest.")
    private Long checkpoint;

    @Option(
            names = "--half",
            description = "Stores kernels and feature maps as float16, in half the size.")
    private boolean half;

    @Option(
            names = "--uint8",
            description =
                    "Also writes encoder-uint8.onnx, which takes bytes of any size and resizes them.")
    private boolean uint8;

    @Option(
            names = "--licence",
            paramLabel = "TEXT",
            description = "A line for the model card. Default: that nobody stated one.")
    private String licence;

    @Option(
            names = "--web",
            paramLabel = "DIR",
            description =
                    "The unpacked npm package onnxruntime-web: also writes index.html, which encodes"
                            + " dropped images in the browser, and all that it needs. Default: no"
                            + " page.")
    private Path web;

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description =
                    "Images for the gallery of the page, which holds copies of them. Default: those"
                            + " of the run.")
    private Path images;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "40",
            description = "Images of the gallery, spread over all.")
    private int count;

    @Mixin private JsonOption json;

    /**
     * What --json prints.
     *
     * @param files of the model, beside its card
     * @param folder where they are
     */
    private record Answer(List<String> files, String folder) {}

    @Override
    public Integer call() throws IOException {
        requireAtLeast(1, "--count", count);
        OutputCheck.newFolder("--out", out);
        Path runtime = web == null ? null : PageFiles.runtime(web);
        List<String> files = new ArrayList<>();
        try (Soda soda = TrainedModel.load(run, checkpoint, Device.cpu(), Precision.FP32)) {
            boolean cameras = soda.config().views() != null;
            if (cameras && web != null) {
                throw refusal(
                        "--web: expected a model of single images, found one that sees cameras, which the page has no way to ask for; leave --web out");
            }
            ImageDataset shown =
                    web == null
                            ? null
                            : PageFiles.spread(galleryImages(soda.config().preparation()), count);
            OutputCheck.folder("--out", out);
            String format = half ? " (float16)" : "";
            OnnxExport encoder = prepared(OnnxExport.encoder(soda));
            encoder.write(out.resolve("encoder.onnx"));
            files.add("| `encoder.onnx` | images to latents%s |".formatted(format));
            if (uint8 || web != null) {
                encoder.uint8(true).write(out.resolve("encoder-uint8.onnx"));
                files.add(
                        "| `encoder-uint8.onnx` | the same from bytes of any size%s |"
                                .formatted(format));
            }
            prepared(OnnxExport.denoiser(soda)).write(out.resolve("denoiser.onnx"));
            files.add("| `denoiser.onnx` | one step of drawing%s |".formatted(format));
            if (!cameras) {
                write("encode.py", PythonProgram.of(soda.config().preparation()));
                files.add("| `encode.py` | encodes image files: onnxruntime, numpy, Pillow |");
            }
            if (web != null) {
                PageFiles.write(out, runtime, soda, shown);
                files.add("| `index.html` | encodes dropped images in a browser |");
            }
            write("README.md", new ModelCard(soda, run, licence, files).text());
            if (cameras) {
                json.print(
                        "encode.py is left out: this model sees cameras, which image files do not tell");
            }
        }
        Path where = out.toAbsolutePath().normalize();
        json.print(
                "%d files of the model in %s; its card is README.md"
                        .formatted(files.size(), where));
        if (web != null) {
            json.print("serve the folder and open it: python3 -m http.server -d " + out);
        }
        json.answer(
                new Answer(
                        files.stream().map(row -> row.split("`")[1]).toList(), where.toString()));
        return 0;
    }

    private void write(String name, String text) throws IOException {
        AtomicFile.write(out.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private OnnxExport prepared(OnnxExport export) {
        return (licence == null ? export : export.metadata("licence", licence)).half(half);
    }

    private ImageDataset galleryImages(ImagePreparation preparation) {
        if (images != null) {
            return ImageFolder.builder().root(images).preparation(preparation).build();
        }
        try {
            return TrainingImages.ofRun(run).open(preparation);
        } catch (IOException e) {
            throw refusal("--images: expected a folder of images; " + e.getMessage(), e);
        }
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Export(), args));
    }
}
