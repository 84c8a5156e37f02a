package org.soda4j.examples.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.soda4j.diffusion.DdimSampler;
import org.soda4j.diffusion.DpmSolver;
import org.soda4j.diffusion.HeunSampler;
import org.soda4j.diffusion.NoiseSchedule;
import org.soda4j.diffusion.Sampler;
import org.soda4j.diffusion.TimestepSpacing;
import org.soda4j.diffusion.UniPc;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options {@code --sampler} and {@code --sampling-steps}, shared by the commands that draw. */
public final class SamplerOptions {

    /** The samplers by the names that the options know. */
    public enum Kind {
        /** DPM-Solver++ 2M. */
        DPM_2M {
            @Override
            public Sampler sampler(int evaluations) {
                return DpmSolver.builder().steps(evaluations).build();
            }
        },
        /** The same from 0.99 T, whose figures are those of DDIM's 50 steps. */
        DPM_2M_TRUNCATED {
            @Override
            public Sampler sampler(int evaluations) {
                return DpmSolver.builder()
                        .spacing(TimestepSpacing.TRUNCATED_LOG_SNR)
                        .steps(evaluations)
                        .build();
            }
        },
        /** DPM-Solver++ 3M. */
        DPM_3M {
            @Override
            public Sampler sampler(int evaluations) {
                return DpmSolver.builder().order(3).steps(evaluations).build();
            }
        },
        /** SDE-DPM-Solver++ 2M. */
        DPM_SDE {
            @Override
            public Sampler sampler(int evaluations) {
                return DpmSolver.builder().stochastic(true).steps(evaluations).build();
            }
        },
        /** UniPC-2. */
        UNIPC {
            @Override
            public Sampler sampler(int evaluations) {
                return UniPc.builder().steps(evaluations).build();
            }
        },
        /** EDM's, of two evaluations a step but for the last. */
        HEUN {
            @Override
            public Sampler sampler(int evaluations) {
                return HeunSampler.builder().steps((evaluations + 1) / 2).build();
            }
        },
        /** DDIM. */
        DDIM {
            @Override
            public Sampler sampler(int evaluations) {
                return DdimSampler.builder().steps(evaluations).build();
            }
        };

        /**
         * The sampler of so many evaluations of the denoiser, or one less where it cannot have
         * exactly so many.
         */
        public abstract Sampler sampler(int evaluations);

        /** The name as the option takes it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    private Kind kind = Kind.DPM_2M;
    private int steps = 10;

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            defaultValue = "dpm-2m",
            description =
                    "dpm-2m, dpm-2m-truncated (from 0.99 T: the figures of DDIM's 50 steps), dpm-3m,"
                            + " dpm-sde, unipc, heun or ddim.")
    private void sampler(String name) {
        kind =
                Arrays.stream(Kind.values())
                        .filter(k -> k.text().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new CommandLine.ParameterException(
                                                spec.commandLine(),
                                                "--sampler: expected %s, found %s"
                                                        .formatted(names(), name)));
    }

    @Option(
            names = "--sampling-steps",
            paramLabel = "N",
            defaultValue = "10",
            description = "Evaluations of the denoiser an image. ddim wants 50.")
    private void steps(int given) {
        if (given < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--sampling-steps: expected at least 1, found " + given);
        }
        steps = given;
    }

    private static String names() {
        return Arrays.stream(Kind.values()).map(Kind::text).collect(Collectors.joining(", "));
    }

    /** The sampler that was asked for, with no more steps than the schedule has. */
    public Sampler sampler(NoiseSchedule schedule) {
        return kind.sampler(Math.min(steps, schedule.steps()));
    }
}
