package org.soda4j.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.soda4j.data.transform.ViewRandom;

/** Where rays hit, against a march along them that only knows what is inside of a solid. */
class SolidTest {

    private static final double STEP = 1e-3;

    private static Solid solid(Solid.Kind kind) {
        return new Solid(
                kind,
                new double[] {0.2, -0.1, 0.3},
                new double[] {0.6, 0.8, 0.5},
                Math.cos(0.7),
                Math.sin(0.7),
                ShapeScenes.Texture.HALVES,
                new double[3],
                new double[3]);
    }

    /** Below 0 inside, 0 on the surface; in the solid's own coordinates. */
    private static double outside(Solid.Kind kind, double[] p) {
        double across = Math.hypot(p[0], p[1]);
        double up = Math.abs(p[2]) - 1;
        return switch (kind) {
            case BOX -> Math.max(up, Math.max(Math.abs(p[0]), Math.abs(p[1])) - 1);
            case SPHERE -> Math.hypot(across, p[2]) - 1;
            case CYLINDER -> Math.max(up, across - 1);
            case CONE -> Math.max(up, across - (1 - p[2]) / 2);
        };
    }

    private static double outsideAt(Solid solid, double[] world) {
        double[] own = new double[3];
        solid.toOwn(world, 1, own);
        return outside(solid.kind(), own);
    }

    @ParameterizedTest
    @EnumSource(Solid.Kind.class)
    void raysHitWhereAMarchEntersAndNormalsAreGradients(Solid.Kind kind) {
        Solid solid = solid(kind);
        ViewRandom random = new ViewRandom(kind.ordinal(), 0, 0, 0);
        int hits = 0;
        for (int ray = 0; ray < 300; ray++) {
            double[] from = onSphere(random, 3);
            double[] to = onSphere(random, 1);
            double[] d = {to[0] - from[0], to[1] - from[1], to[2] - from[2]};
            double[] o = new double[3];
            double[] own = new double[3];
            solid.toOwn(from, 1, o);
            solid.toOwn(d, 0, own);
            double t = solid.hit(o, own);
            double marched = march(solid, from, d);
            if (Double.isInfinite(marched)) {
                // A march may step over a corner that the ray cuts.
                assertThat(Double.isInfinite(t) || grazes(solid, from, d, t)).isTrue();
                continue;
            }
            hits++;
            assertThat(t).isEqualTo(marched, within(STEP));
            double[] p = at(o, own, t);
            assertThat(outside(kind, p)).isEqualTo(0, within(1e-9));
            assertGradient(solid, at(from, d, t), solid.normal(p));
        }
        assertThat(hits).isGreaterThan(50);
    }

    private static double march(Solid solid, double[] from, double[] d) {
        for (double t = STEP; t < 2; t += STEP) {
            if (outsideAt(solid, at(from, d, t)) < 0) {
                return t;
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    private static boolean grazes(Solid solid, double[] from, double[] d, double t) {
        return outsideAt(solid, at(from, d, t + STEP)) >= 0;
    }

    /** By central differences, away from edges, where there is no gradient. */
    private static void assertGradient(Solid solid, double[] world, double[] normal) {
        double e = 1e-6;
        double[] gradient = new double[3];
        for (int i = 0; i < 3; i++) {
            double[] more = world.clone();
            double[] less = world.clone();
            more[i] += e;
            less[i] -= e;
            gradient[i] = (outsideAt(solid, more) - outsideAt(solid, less)) / (2 * e);
        }
        double length = Math.hypot(Math.hypot(gradient[0], gradient[1]), gradient[2]);
        for (int i = 0; i < 3; i++) {
            assertThat(normal[i]).isEqualTo(gradient[i] / length, within(1e-4));
        }
    }

    private static double[] at(double[] from, double[] d, double t) {
        return new double[] {from[0] + t * d[0], from[1] + t * d[1], from[2] + t * d[2]};
    }

    private static double[] onSphere(ViewRandom random, double radius) {
        double[] p = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
        double length = Math.hypot(Math.hypot(p[0], p[1]), p[2]);
        return new double[] {
            p[0] / length * radius, p[1] / length * radius, p[2] / length * radius
        };
    }

    @ParameterizedTest
    @EnumSource(ShapeScenes.Texture.class)
    void everyTextureHasBothColoursAndTurnsWithTheSolid(ShapeScenes.Texture texture) {
        double[] first = {1, 0, 0};
        double[] second = {0, 1, 0};
        Solid solid =
                new Solid(
                        Solid.Kind.SPHERE,
                        new double[3],
                        new double[] {1, 1, 1},
                        1,
                        0,
                        texture,
                        first,
                        second);
        int count = 0;
        boolean turns = false;
        for (int i = 0; i < 360; i++) {
            double a = Math.toRadians(i + 0.5);
            List<Double> here = colour(solid, a);
            count += here.equals(colourOf(first)) ? 1 : 0;
            turns |= !here.equals(colour(solid, a + Math.PI / 3));
        }
        // Each has half of the circle, at half of the height; slices end unevenly on a circle.
        assertThat(count).isBetween(100, 260);
        assertThat(turns).isTrue();
    }

    private static List<Double> colour(Solid solid, double a) {
        return colourOf(solid.colour(new double[] {0.87 * Math.cos(a), 0.87 * Math.sin(a), 0.5}));
    }

    private static List<Double> colourOf(double[] rgb) {
        return List.of(rgb[0], rgb[1], rgb[2]);
    }
}
