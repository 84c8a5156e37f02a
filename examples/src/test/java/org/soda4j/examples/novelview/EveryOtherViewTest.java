package org.soda4j.examples.novelview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.soda4j.data.scene.SceneSource;
import org.soda4j.data.scene.ShapeScenes;

class EveryOtherViewTest {

    /** Together both halves are the whole, each image with its own camera. */
    @Test
    void halvesShareNothingAndMissNothing() {
        SceneSource whole = ShapeScenes.builder().objects(3).views(5).resolution(12).build();
        EveryOtherView even = new EveryOtherView(whole, 0);
        EveryOtherView odd = new EveryOtherView(whole, 1);
        assertThat(even.size()).isEqualTo(3);
        assertThat(even.views(1)).isEqualTo(3);
        assertThat(odd.views(1)).isEqualTo(2);
        assertThat(even.classNames()).isEqualTo(whole.classNames());
        for (int view = 0; view < 5; view++) {
            EveryOtherView half = view % 2 == 0 ? even : odd;
            assertThat(half.image(2, view / 2).pixels()).isEqualTo(whole.image(2, view).pixels());
            assertThat(half.camera(2, view / 2)).isEqualTo(whole.camera(2, view));
            assertThat(half.describe(2, view / 2)).isEqualTo(whole.describe(2, view));
        }
        assertThat(odd.label(2)).isEqualTo(whole.label(2));
        assertThatThrownBy(() -> odd.image(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
