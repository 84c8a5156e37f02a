package org.soda4j.model;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import java.util.List;
import java.util.function.Function;
import org.soda4j.engine.Lifetime;

/**
 * A predictor whose model may be closed at any moment, by any thread.
 *
 * @param <I> the input type
 * @param <O> the output type
 */
final class ModelPredictor<I, O> extends Predictor<I, O> {

    private final Lifetime lifetime;
    private final Function<I, O> single;

    /**
     * Creates a predictor.
     *
     * @param model in which it is
     * @param translator of inputs and outputs
     * @param device of the model
     * @param lifetime of the model's memory
     * @param single computes a single input; null: as a batch of one
     */
    ModelPredictor(
            Model model,
            Translator<I, O> translator,
            Device device,
            Lifetime lifetime,
            Function<I, O> single) {
        super(model, translator, device, false);
        this.lifetime = lifetime;
        this.single = single;
    }

    @Override
    public O predict(I input) throws TranslateException {
        return single == null ? super.predict(input) : single.apply(input);
    }

    @Override
    public List<O> batchPredict(List<I> inputs) throws TranslateException {
        return lifetime.during(() -> super.batchPredict(inputs));
    }
}
