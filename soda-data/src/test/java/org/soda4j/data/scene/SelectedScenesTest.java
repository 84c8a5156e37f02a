package org.soda4j.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SelectedScenesTest {

    /** Together both halves are the whole, each image with its own camera. */
    @Test
    void halvesShareNothingAndMissNothing() {
        SceneSource whole = ShapeScenes.builder().objects(3).views(5).resolution(12).build();
        SceneSource even = whole.everyNthView(2, 0);
        SceneSource odd = whole.everyNthView(2, 1);
        assertThat(even.size()).isEqualTo(3);
        assertThat(even.views(1)).isEqualTo(3);
        assertThat(odd.views(1)).isEqualTo(2);
        assertThat(even.classNames()).isEqualTo(whole.classNames());
        for (int view = 0; view < 5; view++) {
            SceneSource half = view % 2 == 0 ? even : odd;
            assertThat(half.image(2, view / 2).pixels()).isEqualTo(whole.image(2, view).pixels());
            assertThat(half.camera(2, view / 2)).isEqualTo(whole.camera(2, view));
            assertThat(half.describe(2, view / 2)).isEqualTo(whole.describe(2, view));
        }
        assertThat(odd.label(2)).isEqualTo(whole.label(2));
        assertThatThrownBy(() -> odd.image(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(odd.contentHash()).isNotEqualTo(even.contentHash());
        assertThatThrownBy(() -> whole.everyNthView(2, 2))
                .hasMessage("first: expected 0 to 1, found 2");
    }
}
