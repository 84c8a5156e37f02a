package org.soda4j.examples.fuzz;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.soda4j.Soda;
import org.soda4j.TinyModels;
import org.soda4j.data.dataset.ImageDataset;
import org.soda4j.examples.explore.ExploreModel;
import org.soda4j.examples.explore.ExploreServer;
import org.soda4j.examples.explore.Neighbours;
import org.soda4j.examples.training.ShapesModel;
import org.soda4j.fuzz.Target;
import org.soda4j.latent.LayerModulation;

/**
 * Requests to the page of {@code explore}: answered with a status below 500, and refused in words.
 * As everything else is read from files, so is a request.
 */
final class ExploreTargets implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern HEAD =
            Pattern.compile("HTTP/1\\.1 (\\d{3})[^\\r]*\\r\\n([^\\r]+\\r\\n)*\\r\\n");
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");
    private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

    /** A line after the first ones of a drawing, in a chunk of its own. */
    private static final Pattern DRAWING_FAILED =
            Pattern.compile("^[0-9a-f]+\\r\\n\\{\"error\"", Pattern.MULTILINE);

    /** Half a minute more than the server waits for a request. */
    private static final int PATIENCE_MILLIS = 60_000;

    private final Soda soda;
    private final Neighbours neighbours;
    private final ExploreServer server;
    private final URI uri;
    private final String image;

    ExploreTargets() throws IOException {
        soda = TinyModels.builder(15, 1, 1).modulation(LayerModulation.grouped(3)).build();
        ImageDataset images = ShapesModel.shapes(20, 0);
        neighbours = Neighbours.among(soda, images);
        server =
                ExploreServer.start(
                        new ExploreModel(soda, images, neighbours),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        uri = server.uri();
        image =
                JSON.readTree(answers(answer(post("samples/1", new byte[0]))).get(0).body())
                        .path("id")
                        .asText();
    }

    List<Target> all() throws IOException {
        byte[] drawing =
                """
                {"first": "%1$s", "second": "%1$s", "keep": [true, true, false],
                 "mix": [true, false, false], "move": [[0, 1, 0], [0, 0, -2], [0.5, 0, 0]],
                 "independent": [], "guidance": 0.3, "steps": 1, "seed": 1}
                """
                        .formatted(image)
                        .getBytes(StandardCharsets.UTF_8);
        byte[] neighbourhood =
                "{\"image\": \"%s\", \"count\": 12}"
                        .formatted(image)
                        .getBytes(StandardCharsets.UTF_8);
        List<byte[]> images = new ArrayList<>();
        for (String format : List.of("png", "jpg", "gif", "bmp")) {
            images.add(picture(format));
        }
        List<byte[]> requests =
                List.of(
                        get(""),
                        get("model"),
                        get("samples/3"),
                        post("samples/3", new byte[0]),
                        post("images", images.get(0)),
                        get("neighbours?id=7"),
                        post("neighbours/open?id=7", new byte[0]),
                        post("neighbours", neighbourhood),
                        post("draw", drawing));
        return List.of(
                target("json of a drawing", 600, List.of(drawing), body -> post("draw", body)),
                target(
                        "json of neighbours",
                        600,
                        List.of(neighbourhood),
                        body -> post("neighbours", body)),
                target("image of an upload", 400, images, body -> post("images", body)),
                target("http of a request", 600, requests, UnaryOperator.identity()));
    }

    private Target target(
            String name, int inputs, List<byte[]> seeds, UnaryOperator<byte[]> request) {
        return new Target(
                name,
                inputs,
                seeds,
                name.startsWith("json"),
                request,
                this::send,
                Set.of(IOException.class));
    }

    private static byte[] picture(String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(24, 20, BufferedImage.TYPE_INT_RGB), format, bytes);
        return bytes.toByteArray();
    }

    private byte[] get(String path) {
        return "GET /%s HTTP/1.1\r\nHost: %s\r\n\r\n"
                .formatted(path, uri.getAuthority())
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] post(String path, byte[] body) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(
                "POST /%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n"
                        .formatted(path, uri.getAuthority(), body.length)
                        .getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return request.toByteArray();
    }

    /** Sends a request and nothing after it, and returns all that comes. */
    private String answer(byte[] request) throws IOException {
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            return ""; // The server has hung up on what is no request.
        }
    }

    /** One answer after another. */
    private static List<Answer> answers(String text) {
        List<Answer> all = new ArrayList<>();
        Matcher head = HEAD.matcher(text);
        for (int at = 0; head.find(at); ) {
            Matcher length = LENGTH.matcher(head.group());
            int end = text.indexOf(LAST_CHUNK, head.end());
            if (length.find()) {
                end = head.end() + Integer.parseInt(length.group(1));
            }
            at = Math.min(text.length(), end < 0 ? text.length() : end);
            String type = head.group().contains("application/json") ? "json" : "";
            int status = Integer.parseInt(head.group(1));
            all.add(new Answer(status, type, text.substring(head.end(), at)));
        }
        return all;
    }

    private void send(Path file) throws IOException {
        List<Answer> answers = answers(answer(Files.readAllBytes(file)));
        for (Answer answer : answers) {
            boolean stopped = DRAWING_FAILED.matcher(answer.body).find();
            if (answer.status >= 500 || stopped || !answer.hasReason()) {
                throw new IllegalStateException("answered " + answer);
            }
        }
        if (answers.isEmpty() || answers.stream().anyMatch(answer -> answer.status >= 400)) {
            throw new IOException(file + ": refused: " + answers);
        }
    }

    /** One answer, a drawing's with the sizes of its chunks. */
    private record Answer(int status, String type, String body) {

        /** Where the page's server refuses, not the JDK's below it, which writes HTML. */
        boolean hasReason() throws IOException {
            return status < 400
                    || type.isEmpty()
                    || JSON.readTree(body.getBytes(StandardCharsets.ISO_8859_1))
                            .path("error")
                            .asText()
                            .contains(" ");
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        neighbours.close();
        soda.close();
    }
}
