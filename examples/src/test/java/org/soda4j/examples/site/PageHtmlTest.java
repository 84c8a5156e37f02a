package org.soda4j.examples.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.junit.jupiter.api.Test;

class PageHtmlTest {

    private static final String PAGE =
            """
            # Masks

            See `LatentMasking` and [the other](other.md#a-b)
            of them.

            ## With `--json`

            | name | what |
            |---|---|
            | [`Soda`](soda.md) | all |

            ```
            code  here
            ```
            """;

    /** What the search shows and looks through. */
    @Test
    void sectionsHaveTheWordsThatAReaderSees() {
        Path root = Path.of("").toAbsolutePath();
        Node content =
                Parser.builder().extensions(List.of(TablesExtension.create())).build().parse(PAGE);
        Map<String, String> javadoc =
                Map.of("LatentMasking", "org/soda4j/latent/LatentMasking.html");
        List<SitePages.Section> sections =
                new PageHtml(root, root.resolve("docs/masks.md"), content, javadoc).sections();
        assertThat(sections)
                .extracting(each -> each.text().strip())
                .containsExactly(
                        "See LatentMasking and the other of them.", "name what Soda all code here");
        assertThat(sections.get(1).heading()).isEqualTo("With --json");
        assertThat(sections.get(1).url()).isEqualTo("docs/masks.html#with---json");
    }
}
