package org.soda4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PyTorchNamesTest {

    @ParameterizedTest
    @CsvSource({
        "conv1.weight, encoder.conv1.weight",
        "encoder.conv1.weight, encoder.conv1.weight",
        "module.conv1.weight, encoder.conv1.weight",
        "model.conv1.weight, encoder.conv1.weight",
        "backbone.layer1.0.bn1.bias, encoder.layer1.0.bn1.bias",
        "encoder_q.conv1.weight, encoder.conv1.weight",
        "module.encoder_q.fc.weight, encoder.fc.weight",
        "student_backbone.conv1.weight, encoder.conv1.weight",
        "ema_model.module.encoder.conv1.weight, encoder.conv1.weight",
        "_orig_mod.module.decoder.image_proj.bias, decoder.image_proj.bias",
        "module._orig_mod.model.backbone.conv1.weight, encoder.conv1.weight",
        "model.encoder.module.conv1.weight, encoder.conv1.weight",
        "ema_model.encoder.encoder.0.weight, encoder.conv1.weight",
        "encoder.encoder.99999999999.weight, encoder.encoder.99999999999.weight",
        "encoder_k.conv1.weight, encoder.encoder_k.conv1.weight"
    })
    void wrappersAreLeftOut(String inFile, String inModel) {
        assertThat(PyTorchNames.translate(inFile, true)).isEqualTo(inModel);
    }
}
