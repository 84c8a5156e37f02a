import java.nio.file.Path;
import org.soda4j.Soda;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.data.dataset.ImageFolder;
import org.soda4j.data.pair.ViewPairs;
import org.soda4j.training.RunConfig;
import org.soda4j.training.SodaTrainer;
import org.soda4j.training.TrainingSummary;
import org.soda4j.training.listener.RunEvent;
import org.soda4j.training.listener.RunListener;

/** Trains a small model on a folder of images, saves it, loads it and encodes an image. */
public final class FirstAfternoon {

    /** Arguments: the folder, the number of training steps, an image file. */
    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("expected: the folder, the number of training steps, an image file");
            System.exit(2);
        }
        System.setProperty("OPT_OUT_TRACKING", "true"); // DJL reports its start otherwise.
        // DJL warns that it finds no GPU.
        System.setProperty("org.slf4j.simpleLogger.log.ai.djl.util.cuda", "error");
        train(Path.of(args[0]), Long.parseLong(args[1]), Path.of("model"));
        float[] latent = encode(Path.of("model"), Path.of(args[2]));
        System.out.println(latent.length + " numbers, the first of them " + latent[0]);
    }

    static void train(Path folder, long steps, Path model) throws Exception {
        RunConfig recipe = RunConfig.preset("minutes-32", "training.steps=" + steps);
        ImageDataset images = ImageFolder.builder().root(folder).build();
        ViewPairs pairs =
                ViewPairs.builder(images)
                        .resolution(32)
                        .normalization(recipe.model().normalization())
                        .augmentation(recipe.training().augmentation())
                        .build();
        try (Soda soda = Soda.builder().config(recipe.model()).build()) {
            TrainingSummary summary =
                    SodaTrainer.builder(soda)
                            .config(recipe.training())
                            .data(pairs)
                            .listener(new Progress())
                            .stopOnShutdown(true) // Otherwise Ctrl-C can crash in native code.
                            .build()
                            .fit();
            System.out.println("loss after " + summary.steps() + " steps: " + summary.loss());
            soda.save(model);
        }
    }

    private static final class Progress implements RunListener {
        @Override
        public void step(RunEvent.Step step) {
            if (step.step() % 50 == 0) {
                System.out.println("step " + step.step() + ", loss " + step.smoothedLoss());
            }
        }
    }

    static float[] encode(Path model, Path image) throws Exception {
        try (Soda soda = Soda.load(model)) {
            return soda.encode(image);
        }
    }
}
