package org.soda4j;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import java.util.List;

/** A predictor whose model may be closed at any moment, by any thread. */
final class ModelPredictor<I, O> extends Predictor<I, O> {

    private final Lifetime lifetime;

    ModelPredictor(Model model, Translator<I, O> translator, Device device, Lifetime lifetime) {
        super(model, translator, device, false);
        this.lifetime = lifetime;
    }

    @Override
    public List<O> batchPredict(List<I> inputs) throws TranslateException {
        return lifetime.during(() -> super.batchPredict(inputs));
    }
}
