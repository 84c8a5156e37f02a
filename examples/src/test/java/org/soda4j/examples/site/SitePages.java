package org.soda4j.examples.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.soda4j.io.ConfigText;

/**
 * Renders the README and the pages of {@code docs} as HTML beside the Javadoc; {@code mvn -Psite
 * -DskipTests package} runs it. Arguments: the project's root and the site's folder.
 */
public final class SitePages {

    private static final Parser PARSER =
            Parser.builder().extensions(List.of(TablesExtension.create())).build();

    private final Path root;
    private final Path site;
    private final Map<String, String> javadoc = new TreeMap<>();
    private final List<Section> sections = new ArrayList<>();

    private SitePages(Path root, Path site) {
        this.root = root;
        this.site = site;
    }

    /** What the search finds. */
    record Section(String page, String heading, String url, String text) {}

    public static void main(String[] args) throws IOException {
        new SitePages(Path.of(args[0]).toAbsolutePath().normalize(), Path.of(args[1])).write();
    }

    private void write() throws IOException {
        findClasses();
        List<Path> pages = pages();
        Map<Path, Node> parsed = new TreeMap<>();
        for (Path page : pages) {
            parsed.put(page, PARSER.parse(Files.readString(page)));
        }
        for (Path page : pages) {
            Path target = site.resolve(PageHtml.url(root, page));
            Files.createDirectories(target.getParent());
            PageHtml html = new PageHtml(root, page, parsed.get(page), javadoc);
            Files.writeString(target, html.page(navigation(page, parsed)));
            sections.addAll(html.sections());
        }
        copyFiles();
        for (String name : List.of("site.css", "site.js")) {
            try (InputStream in = SitePages.class.getResourceAsStream(name)) {
                Files.copy(in, site.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.writeString(
                site.resolve("sections.js"), "const SECTIONS = " + ConfigText.toJson(sections));
        System.out.println(pages.size() + " pages and the Javadoc: " + site.resolve("index.html"));
    }

    /** The README first, then the pages in the order of their names, then the record. */
    private List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(root.resolve("README.md")));
        pages.add(root.resolve("docs/README.md"));
        for (String folder : List.of("docs", "docs/notes")) {
            try (Stream<Path> files = Files.list(root.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .filter(file -> !pages.contains(file))
                        .sorted()
                        .forEach(pages::add);
            }
        }
        pages.add(root.resolve("CHANGELOG.md"));
        pages.add(root.resolve("CONTRIBUTING.md"));
        return pages;
    }

    private void copyFiles() throws IOException {
        Files.createDirectories(site.resolve("examples"));
        Files.copy(
                root.resolve("examples/spark.options"),
                site.resolve("examples/spark.options"),
                StandardCopyOption.REPLACE_EXISTING);
        try (Stream<Path> files = Files.walk(root.resolve("docs"))) {
            for (Path file :
                    files.filter(f -> f.toString().matches(".*\\.(png|gif|jsonl)")).toList()) {
                Path target = site.resolve(root.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Top-level classes whose Javadoc was written, by their simple names. */
    private void findClasses() throws IOException {
        Path api = site.resolve("apidocs");
        if (!Files.isDirectory(api)) {
            return;
        }
        try (Stream<Path> files = Files.walk(api)) {
            files.filter(file -> file.getFileName().toString().matches("[A-Z]\\w+\\.html"))
                    .filter(file -> !file.toString().contains("class-use"))
                    .forEach(
                            file ->
                                    javadoc.put(
                                            file.getFileName().toString().replace(".html", ""),
                                            "apidocs/" + api.relativize(file)));
        }
    }

    private String navigation(Path page, Map<Path, Node> parsed) throws IOException {
        StringBuilder html = new StringBuilder();
        String up = PageHtml.up(root, page);
        html.append("<a class=\"name\" href=\"%sindex.html\">soda4j</a>\n".formatted(up));
        html.append("<input id=\"query\" type=\"search\" placeholder=\"Search the pages\"")
                .append(" aria-label=\"Search the pages\"><ul id=\"found\"></ul>\n");
        html.append("<details><summary>All pages</summary>\n<ul>\n");
        html.append("<li><a href=\"%sapidocs/index.html\">Javadoc</a></li>\n".formatted(up));
        String group = "";
        for (Path each : pages()) {
            String folder =
                    root.relativize(each).toString().replace(each.getFileName().toString(), "");
            if (!folder.equals(group) && folder.endsWith("notes/")) {
                html.append("<li class=\"group\">The record</li>\n");
            } else if (!folder.equals(group) && folder.isEmpty()) {
                html.append("<li class=\"group\">Project</li>\n");
            }
            group = folder;
            html.append(
                    "<li%s><a href=\"%s\">%s</a></li>\n"
                            .formatted(
                                    each.equals(page) ? " class=\"here\"" : "",
                                    up + PageHtml.url(root, each),
                                    PageHtml.escaped(PageHtml.title(parsed.get(each)))));
        }
        return html.append("</ul></details>\n").toString();
    }
}
