package org.soda4j.examples.site;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Block;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.renderer.html.HtmlRenderer;

/** One page as HTML: headings with anchors, links to other pages, classes linked to the Javadoc. */
final class PageHtml {

    private final Path root;
    private final Path page;
    private final Node content;

    PageHtml(Path root, Path page, Node content, Map<String, String> javadoc) {
        this.root = root;
        this.page = page;
        this.content = content;
        content.accept(
                new AbstractVisitor() {
                    @Override
                    public void visit(Link link) {
                        link.setDestination(target(link.getDestination()));
                        visitChildren(link);
                    }

                    @Override
                    public void visit(Code code) {
                        String to = javadoc.get(code.getLiteral().replaceFirst("[.(].*", ""));
                        if (to != null && !(code.getParent() instanceof Link)) {
                            Link link = new Link(up(root, PageHtml.this.page) + to, null);
                            code.insertBefore(link);
                            link.appendChild(code);
                        }
                    }
                });
        wrapTables();
    }

    /** Wide tables scroll by themselves. */
    private void wrapTables() {
        for (Node node = content.getFirstChild(); node != null; node = node.getNext()) {
            if (node instanceof TableBlock) {
                node.insertBefore(html("<div class=\"table\">"));
                Node end = html("</div>");
                node.insertAfter(end);
                node = end;
            }
        }
    }

    private static Node html(String text) {
        HtmlInline html = new HtmlInline();
        html.setLiteral(text);
        return html;
    }

    /**
     * A link to a page becomes one to its HTML; one to another file of the project names it only.
     */
    private String target(String destination) {
        if (destination.matches("(https?:|#).*")) {
            return destination;
        }
        String[] parts = destination.split("#", 2);
        Path file = page.resolveSibling(parts[0]).normalize();
        String anchor = parts.length == 2 ? "#" + parts[1] : "";
        return parts[0].endsWith(".md") && Files.exists(file)
                ? up(root, page) + url(root, file) + anchor
                : destination;
    }

    /** Where a page stands in the site. */
    static String url(Path root, Path page) {
        String path = root.relativize(page).toString().replace('\\', '/');
        return path.replaceFirst("README\\.md$", "index.md").replaceFirst("\\.md$", ".html");
    }

    /** From a page to the site's root. */
    static String up(Path root, Path page) {
        return "../".repeat(root.relativize(page).getNameCount() - 1);
    }

    static String title(Node page) {
        for (Node node = page.getFirstChild(); node != null; node = node.getNext()) {
            if (node instanceof Heading heading) {
                return text(heading);
            }
        }
        throw new IllegalArgumentException("expected a page with a heading, found none");
    }

    /** The words that a reader sees, without targets of links and signs of Markdown. */
    private static String text(Node node) {
        StringBuilder words = new StringBuilder();
        node.accept(
                new AbstractVisitor() {
                    @Override
                    public void visit(Text text) {
                        words.append(text.getLiteral());
                    }

                    @Override
                    public void visit(Code code) {
                        words.append(code.getLiteral());
                    }

                    @Override
                    public void visit(FencedCodeBlock block) {
                        words.append(block.getLiteral());
                    }

                    @Override
                    protected void visitChildren(Node parent) {
                        super.visitChildren(parent);
                        if (parent instanceof Block || parent instanceof TableCell) {
                            words.append(' ');
                        }
                    }

                    @Override
                    public void visit(SoftLineBreak lineBreak) {
                        words.append(' ');
                    }
                });
        return words.toString().replaceAll("\\s+", " ").strip();
    }

    private static String anchor(Heading heading) {
        return text(heading)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** A heading and what stands below it up to the next, for the search. */
    List<SitePages.Section> sections() {
        List<SitePages.Section> sections = new ArrayList<>();
        String title = title(content);
        String heading = title;
        String url = url(root, page);
        StringBuilder below = new StringBuilder();
        for (Node node = content.getFirstChild(); node != null; node = node.getNext()) {
            if (node instanceof Heading next) {
                if (!below.isEmpty()) {
                    sections.add(new SitePages.Section(title, heading, url, below.toString()));
                }
                heading = text(next);
                url = url(root, page) + "#" + anchor(next);
                below.setLength(0);
            } else if (!(node instanceof HtmlInline)) {
                below.append(text(node)).append(' ');
            }
        }
        sections.add(new SitePages.Section(title, heading, url, below.toString()));
        return sections;
    }

    String page(String navigation) {
        HtmlRenderer renderer =
                HtmlRenderer.builder()
                        .extensions(List.of(TablesExtension.create()))
                        .attributeProviderFactory(
                                context ->
                                        (node, tag, attributes) -> {
                                            if (node instanceof Heading heading) {
                                                attributes.put("id", anchor(heading));
                                            }
                                        })
                        .build();
        String up = up(root, page);
        return """
               <!DOCTYPE html>
               <html lang="en">
               <head>
               <meta charset="utf-8">
               <meta name="viewport" content="width=device-width, initial-scale=1">
               <title>%s</title>
               <link rel="stylesheet" href="%ssite.css">
               </head>
               <body data-root="%s">
               <nav>
               %s</nav>
               <main>
               %s</main>
               <script src="%ssections.js"></script>
               <script src="%ssite.js"></script>
               </body>
               </html>
               """
                .formatted(
                        escaped(title(content)),
                        up,
                        up,
                        navigation,
                        renderer.render(content),
                        up,
                        up);
    }
}
