package org.soda4j.data.scene;

/**
 * One solid of a scene, with an upright axis and a texture of two colours. Its shape is defined in
 * coordinates of its own, where it reaches from -1 to 1 on each axis; {@link #halfSizes} stretch,
 * the yaw, given by its cosine and sine, turns about z, and the centre moves it into the world.
 * Only exactly specified arithmetic is used.
 */
record Solid(
        Kind kind,
        double[] centre,
        double[] halfSizes,
        double cos,
        double sin,
        ShapeScenes.Texture texture,
        double[] first,
        double[] second) {

    /** What it is; in this order they are the classes of {@link ShapeScenes}. */
    enum Kind {
        BOX,
        SPHERE,
        CYLINDER,
        CONE
    }

    private static final double NEAR = 1e-9;
    private static final double FAR = Double.POSITIVE_INFINITY;

    /** Moves a point (w = 1) or direction (w = 0) of the world into the solid's coordinates. */
    void toOwn(double[] world, double w, double[] own) {
        double x = world[0] - w * centre[0];
        double y = world[1] - w * centre[1];
        own[0] = (cos * x + sin * y) / halfSizes[0];
        own[1] = (cos * y - sin * x) / halfSizes[1];
        own[2] = (world[2] - w * centre[2]) / halfSizes[2];
    }

    /** Returns how far along the ray its surface is, in units of the direction; or infinity. */
    double hit(double[] o, double[] d) {
        return switch (kind) {
            case BOX -> box(o, d);
            case SPHERE -> sphere(o, d);
            case CYLINDER -> Math.min(side(o, d, 1, 0), cap(o, d, 1, cap(o, d, -1, FAR)));
            case CONE -> Math.min(side(o, d, 0.5, -0.5), cap(o, d, -1, FAR));
        };
    }

    private static double box(double[] o, double[] d) {
        double enter = NEAR;
        double leave = FAR;
        for (int i = 0; i < 3; i++) {
            if (d[i] == 0) {
                if (Math.abs(o[i]) > 1) {
                    return FAR;
                }
                continue;
            }
            double a = (-1 - o[i]) / d[i];
            double b = (1 - o[i]) / d[i];
            enter = Math.max(enter, Math.min(a, b));
            leave = Math.min(leave, Math.max(a, b));
        }
        return enter <= leave && enter > NEAR ? enter : FAR;
    }

    private static double sphere(double[] o, double[] d) {
        double a = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        double b = o[0] * d[0] + o[1] * d[1] + o[2] * d[2];
        double c = o[0] * o[0] + o[1] * o[1] + o[2] * o[2] - 1;
        double root = b * b - a * c;
        double t = root < 0 ? FAR : (-b - Math.sqrt(root)) / a;
        return t > NEAR ? t : FAR;
    }

    /** The mantle of radius {@code base + slope z}, z within -1 .. 1. */
    private static double side(double[] o, double[] d, double base, double slope) {
        double r = base + slope * o[2];
        double s = slope * d[2];
        double a = d[0] * d[0] + d[1] * d[1] - s * s;
        double b = o[0] * d[0] + o[1] * d[1] - r * s;
        double c = o[0] * o[0] + o[1] * o[1] - r * r;
        double nearest = FAR;
        double root = b * b - a * c;
        if (root >= 0 && a != 0) {
            double w = Math.sqrt(root);
            for (double t : new double[] {(-b - w) / a, (-b + w) / a}) {
                if (t > NEAR && t < nearest && Math.abs(o[2] + t * d[2]) <= 1) {
                    nearest = t;
                }
            }
        }
        return nearest;
    }

    /** The disc of radius 1 at a height; {@code other} where the ray misses it or hits it later. */
    private static double cap(double[] o, double[] d, double height, double other) {
        double t = (height - o[2]) / d[2];
        double x = o[0] + t * d[0];
        double y = o[1] + t * d[1];
        return t > NEAR && t < other && x * x + y * y <= 1 ? t : other;
    }

    /** The outward normal in the world, of length 1, at a point of the surface. */
    double[] normal(double[] p) {
        double[] n = new double[3];
        boolean flat = p[2] < -1 + 1e-7 || p[2] > 1 - 1e-7;
        switch (kind) {
            case BOX -> {
                int axis = 0;
                for (int i = 1; i < 3; i++) {
                    axis = Math.abs(p[i]) > Math.abs(p[axis]) ? i : axis;
                }
                n[axis] = Math.signum(p[axis]);
            }
            case SPHERE -> System.arraycopy(p, 0, n, 0, 3);
            case CYLINDER -> {
                n[0] = flat ? 0 : p[0];
                n[1] = flat ? 0 : p[1];
                n[2] = flat ? Math.signum(p[2]) : 0;
            }
            case CONE -> {
                boolean base = p[2] < -1 + 1e-7;
                n[0] = base ? 0 : p[0];
                n[1] = base ? 0 : p[1];
                // The gradient of x^2 + y^2 - ((1 - z) / 2)^2, halved.
                n[2] = base ? -1 : (1 - p[2]) / 4;
            }
        }
        double x = n[0] / halfSizes[0];
        double y = n[1] / halfSizes[1];
        double z = n[2] / halfSizes[2];
        double length = Math.sqrt(x * x + y * y + z * z);
        return new double[] {
            (cos * x - sin * y) / length, (sin * x + cos * y) / length, z / length
        };
    }

    /** The colour at a point of the surface, red, green and blue in [0, 1]. */
    double[] colour(double[] p) {
        boolean other =
                switch (texture) {
                    case HALVES -> p[0] > 0;
                    case SLICES -> odd(2 * p[0] + 4);
                    case CHECKER -> p[0] > 0 ^ p[1] > 0 ^ p[2] > 0;
                    case SECTORS -> odd(StrictMath.atan2(p[1], p[0]) * 3 / StrictMath.PI + 6);
                };
        return other ? second : first;
    }

    private static boolean odd(double positive) {
        return ((int) positive & 1) == 1;
    }
}
