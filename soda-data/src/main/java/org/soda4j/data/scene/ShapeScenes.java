package org.soda4j.data.scene;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.soda4j.data.IntRange;
import org.soda4j.data.dataset.ContentHash;
import org.soda4j.data.dataset.Hsv;
import org.soda4j.data.transform.ViewRandom;
import org.soda4j.image.PixelImage;
import org.soda4j.novelview.Camera;
import org.soda4j.novelview.Intrinsics;
import org.soda4j.novelview.Pose;

/**
 * Procedural objects of textured boxes, spheres, cylinders and cones, drawn by a renderer of its
 * own from exact cameras on a sphere: data for novel views that need no files. An object is one
 * body, whose kind is its class, with smaller solids beside it; colours, textures, sizes and places
 * are random. Object i is made from (seed, i) alone, its pictures when they are asked for, and both
 * are the same on every machine to the last bit.
 *
 * <pre>{@code
 * ShapeScenes scenes = ShapeScenes.builder().objects(500).views(20).resolution(32).seed(7).build();
 * PixelImage picture = scenes.image(12, 0);
 * Camera camera = scenes.camera(12, 0);
 * PixelImage fromAbove = scenes.render(12, new Camera(camera.intrinsics(), Pose.orbit(4, 0, 1.2)));
 * }</pre>
 */
public final class ShapeScenes implements SceneSource {

    /** Where the second colour of a solid is. Each changes as the solid turns. */
    public enum Texture {
        /** One half. */
        HALVES,
        /** Every other of four slices along its own x axis. */
        SLICES,
        /** Every other octant. */
        CHECKER,
        /** Every other of six sectors around the upright axis. */
        SECTORS
    }

    private static final int SHAPE_STREAM = 0;
    private static final int CAMERA_STREAM = 1;
    private static final double FLOOR = -0.75;

    private static final List<String> CLASS_NAMES =
            Stream.of(Solid.Kind.values())
                    .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                    .toList();

    private final int objects;
    private final int views;
    private final int samples;
    private final int mostSolids;
    private final long seed;
    private final Intrinsics lens;
    private final double distance;
    private final double lowest;
    private final double highest;
    private final double nearestHue;
    private final double farthestHue;
    private final List<Texture> textures;

    private ShapeScenes(Builder builder) {
        objects = builder.objects;
        views = builder.views;
        samples = builder.samples;
        mostSolids = builder.mostSolids;
        seed = builder.seed;
        distance = builder.distance;
        lowest = Math.toRadians(builder.lowestDegrees);
        highest = Math.toRadians(builder.highestDegrees);
        nearestHue = builder.nearestHue;
        farthestHue = builder.farthestHue;
        textures = builder.textures;
        // Most bodies with what stands beside them reach 1.25 from the axis.
        double degrees = 2 * StrictMath.toDegrees(StrictMath.atan(1.25 / distance));
        lens = Intrinsics.ofHorizontalView(builder.resolution, builder.resolution, degrees);
    }

    /**
     * Starts a builder.
     *
     * @return a builder for 1,000 objects with 24 views of 32 x 32
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Draws an object from any camera.
     *
     * @param item 0 .. size - 1
     * @param camera its width and height are the picture's
     * @return the picture, three channels
     */
    public PixelImage render(int item, Camera camera) {
        return SceneRenderer.draw(solids(item), camera, samples);
    }

    @Override
    public PixelImage image(int item, int view) {
        return render(item, camera(item, view));
    }

    /** Views go around the object evenly, each at a random place of its part of the circle. */
    @Override
    public Camera camera(int item, int view) {
        Objects.checkIndex(item, objects);
        Objects.checkIndex(view, views);
        ViewRandom random = new ViewRandom(seed, view, item, CAMERA_STREAM);
        double azimuth = 2 * StrictMath.PI * (view + random.nextDouble()) / views;
        double elevation = lowest + (highest - lowest) * random.nextDouble();
        return new Camera(lens, Pose.orbit(distance, azimuth, elevation));
    }

    /** The first solid is the body, the others stand beside it on the same floor. */
    List<Solid> solids(int item) {
        Objects.checkIndex(item, objects);
        ViewRandom random = new ViewRandom(seed, 0, item, SHAPE_STREAM);
        List<Solid> solids = new ArrayList<>();
        double across = between(random, 0.45, 0.65);
        double[] body = {
            across, across * between(random, 0.8, 1.2), between(random, 0.5, 0.8),
        };
        solids.add(solid(random, new double[] {0, 0, FLOOR + body[2]}, body));
        int others = mostSolids < 2 ? 0 : 1 + random.nextInt(mostSolids - 1);
        double direction = 2 * StrictMath.PI * random.nextDouble();
        for (int i = 0; i < others; i++) {
            double size = between(random, 0.22, 0.34);
            double[] half = {size, size * between(random, 0.8, 1.2), between(random, 0.2, 0.5)};
            double away = Math.max(body[0], body[1]) + 0.9 * size;
            double[] centre = {
                away * StrictMath.cos(direction), away * StrictMath.sin(direction), FLOOR + half[2]
            };
            solids.add(solid(random, centre, half));
            // Far enough from the one before, and from the first where there are up to three.
            direction += between(random, 1.6, 2.4);
        }
        return solids;
    }

    private Solid solid(ViewRandom random, double[] centre, double[] halfSizes) {
        Solid.Kind kind = Solid.Kind.values()[random.nextInt(Solid.Kind.values().length)];
        Texture texture = textures.get(random.nextInt(textures.size()));
        double yaw = 2 * StrictMath.PI * random.nextDouble();
        double hue = random.nextDouble();
        double other = hue + between(random, nearestHue, farthestHue);
        return new Solid(
                kind,
                centre,
                halfSizes,
                StrictMath.cos(yaw),
                StrictMath.sin(yaw),
                texture,
                Hsv.toRgb(hue, 0.85, 0.95),
                Hsv.toRgb(other - (int) other, 0.7, 0.65));
    }

    private static double between(ViewRandom random, double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    @Override
    public int size() {
        return objects;
    }

    @Override
    public int views(int item) {
        Objects.checkIndex(item, objects);
        return views;
    }

    @Override
    public int label(int item) {
        return solids(item).get(0).kind().ordinal();
    }

    @Override
    public List<String> classNames() {
        return CLASS_NAMES;
    }

    @Override
    public String describe(int item, int view) {
        return "shape scenes of seed %d, object %d, view %d".formatted(seed, item, view);
    }

    /**
     * Of the numbers that decide about the pictures, and of one or two pictures, which depend on
     * the rest; not of all of them, which would have to be drawn.
     */
    @Override
    public String contentHash() {
        ContentHash hash = new ContentHash();
        for (int number : new int[] {objects, views, samples, mostSolids}) {
            hash.addInt(number);
        }
        textures.forEach(texture -> hash.addInt(texture.ordinal()));
        hash.addInt((int) (seed >>> 32));
        hash.addInt((int) seed);
        for (int view = 0; view < Math.min(views, 2); view++) {
            hash.addImage(image(0, view), label(0));
        }
        return hash.hex();
    }

    /** Sets how many objects and views there are, and of what kind. */
    public static final class Builder {

        private int objects = 1000;
        private int views = 24;
        private int resolution = 32;
        private int samples = 4;
        private int mostSolids = 3;
        private long seed;
        private double distance = 4;
        private double lowestDegrees = 10;
        private double highestDegrees = 50;
        private double nearestHue = 0.25;
        private double farthestHue = 0.75;
        private List<Texture> textures = List.of(Texture.values());

        private Builder() {}

        /**
         * Sets the number of objects. Default: 1,000.
         *
         * @param objects at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder objects(int objects) {
            this.objects = IntRange.atLeastOne("objects", objects);
            return this;
        }

        /**
         * Sets the number of views of each object. Default: 24.
         *
         * @param views at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder views(int views) {
            this.views = IntRange.atLeastOne("views", views);
            return this;
        }

        /**
         * Sets width and height of the pictures. Default: 32 pixels.
         *
         * @param resolution 1 to 4,096 pixels
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder resolution(int resolution) {
            this.resolution = IntRange.within("resolution", resolution, 1, 4096);
            return this;
        }

        /**
         * Sets how many rays a pixel has along each side. Default: 4, 16 rays a pixel.
         *
         * @param samples 1 to 16
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder supersampling(int samples) {
            this.samples = IntRange.within("supersampling", samples, 1, 16);
            return this;
        }

        /**
         * Sets how many solids an object has at most; with more than one it has at least two.
         * Default: 3.
         *
         * @param most 1 to 3
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder solids(int most) {
            mostSolids = IntRange.within("solids", most, 1, 3);
            return this;
        }

        /**
         * Sets the seed. Default: 0. Objects of two seeds are drawn independently.
         *
         * @param seed any number
         * @return this builder
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Sets how far from the origin cameras stand; the angle of view goes with it, so that
         * objects fill the picture. Default: 4; objects reach 1.25, some 1.4.
         *
         * @param distance 2 to 1,000
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder distance(double distance) {
            if (!(distance >= 2 && distance <= 1000)) {
                throw new IllegalArgumentException(
                        "distance: expected 2 to 1,000, found " + distance);
            }
            this.distance = distance;
            return this;
        }

        /**
         * Sets between which heights cameras stand, uniformly. Default: 10 to 50 degrees.
         *
         * @param lowestDegrees -80 to 80
         * @param highestDegrees from the lowest to 80
         * @return this builder
         * @throws IllegalArgumentException if they are outside that range
         */
        public Builder elevations(double lowestDegrees, double highestDegrees) {
            if (!(lowestDegrees >= -80
                    && highestDegrees <= 80
                    && lowestDegrees <= highestDegrees)) {
                throw new IllegalArgumentException(
                        "elevations: expected -80 <= lowest <= highest <= 80 degrees, found %s and %s"
                                .formatted(lowestDegrees, highestDegrees));
            }
            this.lowestDegrees = lowestDegrees;
            this.highestDegrees = highestDegrees;
            return this;
        }

        /**
         * Sets how far the hue of a solid's second, darker colour is from that of its first,
         * uniformly, in turns of the colour circle. Default: 0.25 to 0.75, different colours. Where
         * they are near each other, a solid has one colour from all sides.
         *
         * @param nearest 0 to 1
         * @param farthest from the nearest to 1
         * @return this builder
         * @throws IllegalArgumentException if they are outside that range
         */
        public Builder hueDistance(double nearest, double farthest) {
            if (!(nearest >= 0 && nearest <= farthest && farthest <= 1)) {
                throw new IllegalArgumentException(
                        "hueDistance: expected 0 <= nearest <= farthest <= 1, found %s and %s"
                                .formatted(nearest, farthest));
            }
            nearestHue = nearest;
            farthestHue = farthest;
            return this;
        }

        /**
         * Sets the textures that solids have, each equally often. Default: all.
         *
         * @param textures at least one, without repetition
         * @return this builder
         * @throws IllegalArgumentException if there is none or one comes twice
         */
        public Builder textures(Texture... textures) {
            List<Texture> chosen = List.of(textures);
            if (chosen.isEmpty() || EnumSet.copyOf(chosen).size() < chosen.size()) {
                throw new IllegalArgumentException(
                        "textures: expected at least one, each once, found " + chosen);
            }
            this.textures = chosen;
            return this;
        }

        /**
         * Makes the scenes.
         *
         * @return the scenes; they hold no pictures and need no closing
         */
        public ShapeScenes build() {
            return new ShapeScenes(this);
        }
    }
}
