package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WrongOptionsTest {

    private final PrintStream before = System.err;

    @AfterEach
    void restore() {
        System.setErr(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-such-example",
                "benchmark",
                "benchmark --task walk",
                "benchmark --task views",
                "benchmark --task train --batch 0",
                "benchmark --task train --preset none",
                "train --preset cifar10 --precision fp7 --data x --out y",
                "train --preset cifar10 --data x --out y --device tpu",
                "resume x --device gpu1000",
                "describe --preset cifar10 --device Cpu",
                "quickstart --images 0",
                "explore x --port 65536",
                "explore x --host no..host",
                "show-views --data photos --root x --out y",
                "evaluate x --device tpu",
                "encode x --images y --out z --device tpu",
                "verify-goldens x --device tpu",
                "train --preset cifar10 --data x --out y --device gpu99"
            })
    void giveOneLineAndExitCodeTwo(String command) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        int code = Examples.execute(new Examples(), command.split(" "));
        assertThat(code).isEqualTo(2);
        assertThat(printed.toString(StandardCharsets.UTF_8).strip())
                .isNotEmpty()
                .doesNotContain("\n")
                .contains("--help lists the options");
    }
}
