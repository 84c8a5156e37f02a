package org.soda4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WrongOptionsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-such-example",
                "trian --images x",
                "benchmark",
                "benchmark --task walk",
                "benchmark --task views",
                "benchmark --task train --batch 0",
                "benchmark --task knn --device gpu0",
                "benchmark --task train --preset none",
                "train --preset cifar10 --precision fp7 --root x --out y",
                "train --preset cifar10 --root x --out y --device tpu",
                "resume x --device gpu1000",
                "describe --preset cifar10 --device Cpu",
                "quickstart --steps 0",
                "explore x --port 65536",
                "explore x --host no..host",
                "show-views --data photos --root x --out y",
                "evaluate x --device tpu",
                "encode x --images y --out z --device tpu",
                "verify-goldens x --device tpu",
                "train --preset cifar10 --root x --out y --device gpu99",
                "encode x --images y --out features.csv",
                "train --images x --out y --stepz 3"
            })
    void giveOneLineAndExitCodeTwo(String command) {
        assertThat(ErrorOutput.line(command, 2)).contains("--help lists the options");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2|trian --images x|did you mean train?",
                "2|train --images x --out y --stepz 3|did you mean --steps?",
                "2|describe --preset cifar10 --set foo|--set: expected PATH=VALUE",
                "2|describe --preset cifar10 --steps 0|--steps: expected at least 1, found 0",
                "2|encode x --images y --out f.csv|--out: expected a file that ends in .npz or",
                "1|probe nowhere.npz|nowhere.npz: not found; expected features that encode wrote",
                "1|train --images nowhere --out y|nowhere: expected a folder, found nothing",
                "1|resume nowhere|Expected a run folder, which does not exist: ",
                "1|evaluate nowhere|nowhere: not found; expected the folder of a run"
            })
    void areNamedWithWhatToTry(int code, String command, String expected) {
        assertThat(ErrorOutput.line(command, code)).contains(expected);
    }
}
