package org.soda4j.examples.explore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A headless Chromium that is driven through its DevTools protocol, with real keys and clicks. */
final class Chromium implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Path> PLACES =
            List.of(
                    Path.of("/usr/bin/chromium"),
                    Path.of("/usr/bin/chromium-browser"),
                    Path.of("/usr/bin/google-chrome"));
    private static final long PATIENCE_MILLIS = 60_000;

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
    private int lastId;

    static boolean installed() {
        return PLACES.stream().anyMatch(Files::isExecutable);
    }

    /**
     * @param profile an empty folder
     */
    Chromium(Path profile, URI page) throws Exception {
        Path program = PLACES.stream().filter(Files::isExecutable).findFirst().orElseThrow();
        process =
                new ProcessBuilder(
                                program.toString(),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--disable-dev-shm-usage",
                                "--remote-debugging-port=0",
                                "--window-size=1100,1200",
                                "--user-data-dir=" + profile,
                                page.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            socket = connect(profile);
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
        call("Page.enable", Map.of());
    }

    private WebSocket connect(Path profile) throws Exception {
        Path portFile = profile.resolve("DevToolsActivePort");
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        HttpClient client = HttpClient.newHttpClient();
        while (System.currentTimeMillis() < end) {
            Thread.sleep(100);
            if (!Files.exists(portFile)) {
                continue;
            }
            List<String> lines = Files.readAllLines(portFile);
            if (lines.isEmpty()) {
                continue;
            }
            URI list = URI.create("http://127.0.0.1:" + lines.get(0) + "/json/list");
            String text =
                    client.send(
                                    HttpRequest.newBuilder(list).build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
            for (JsonNode target : JSON.readTree(text)) {
                if (target.path("type").asText().equals("page")) {
                    URI address = URI.create(target.get("webSocketDebuggerUrl").asText());
                    return client.newWebSocketBuilder().buildAsync(address, new Listener()).join();
                }
            }
        }
        throw new IOException("expected Chromium to open its page, found none in time");
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    JsonNode message = JSON.readTree(text.toString());
                    CompletableFuture<JsonNode> call = calls.remove(message.path("id").asInt(-1));
                    if (call != null) {
                        call.complete(message);
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                } finally {
                    text.setLength(0);
                }
            }
            from.request(1);
            return null;
        }
    }

    JsonNode call(String method, Map<String, ?> parameters) throws Exception {
        int id = ++lastId;
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        calls.put(id, answer);
        String text =
                JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters));
        socket.sendText(text, true).join();
        JsonNode message = answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (message.has("error")) {
            throw new IllegalStateException(method + ": " + message.get("error"));
        }
        return message.get("result");
    }

    /** The value of an expression on the page. */
    JsonNode evaluate(String expression) throws Exception {
        return call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true))
                .path("result")
                .path("value");
    }

    void waitFor(String condition) throws Exception {
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (!evaluate("!!(" + condition + ")").asBoolean()) {
            if (System.currentTimeMillis() > end) {
                throw new IllegalStateException("not in time: " + condition);
            }
            Thread.sleep(50);
        }
    }

    /** Clicks into the middle of an element, where a person would. */
    void click(String selector, int modifiers) throws Exception {
        JsonNode at = middle(selector);
        for (String type : List.of("mousePressed", "mouseReleased")) {
            call(
                    "Input.dispatchMouseEvent",
                    Map.of(
                            "type",
                            type,
                            "x",
                            at.get(0).asDouble(),
                            "y",
                            at.get(1).asDouble(),
                            "button",
                            "left",
                            "clickCount",
                            1,
                            "modifiers",
                            modifiers));
        }
    }

    /** Presses and releases a key that is named as in a keyboard event. */
    void key(String key, int code) throws Exception {
        for (String type : List.of("keyDown", "keyUp")) {
            Map<String, Object> event =
                    new HashMap<>(
                            Map.of(
                                    "type",
                                    type,
                                    "key",
                                    key.equals("Space") ? " " : key,
                                    "code",
                                    key,
                                    "windowsVirtualKeyCode",
                                    code));
            if (key.equals("Enter")) {
                event.put("text", "\r");
            }
            call("Input.dispatchKeyEvent", event);
        }
    }

    /** Chooses a file as a person does in the file dialog. */
    void chooseFile(String selector, Path file) throws Exception {
        int root = call("DOM.getDocument", Map.of()).path("root").path("nodeId").asInt();
        int node =
                call("DOM.querySelector", Map.of("nodeId", root, "selector", selector))
                        .path("nodeId")
                        .asInt();
        call("DOM.setFileInputFiles", Map.of("nodeId", node, "files", List.of(file.toString())));
    }

    /** Drags a file over the window and lets it go on an element. */
    void drop(String selector, Path file) throws Exception {
        JsonNode at = middle(selector);
        Map<String, ?> data =
                Map.of(
                        "items",
                        List.of(),
                        "files",
                        List.of(file.toString()),
                        "dragOperationsMask",
                        1);
        for (String type : List.of("dragEnter", "dragOver", "drop")) {
            call(
                    "Input.dispatchDragEvent",
                    Map.of(
                            "type",
                            type,
                            "x",
                            at.get(0).asDouble(),
                            "y",
                            at.get(1).asDouble(),
                            "data",
                            data));
        }
    }

    private JsonNode middle(String selector) throws Exception {
        return evaluate(
                "(() => { const e = document.querySelector('%s'); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
                        .formatted(selector));
    }

    byte[] screenshot() throws Exception {
        String data = call("Page.captureScreenshot", Map.of("format", "png")).path("data").asText();
        return Base64.getDecoder().decode(data);
    }

    @Override
    public void close() {
        try {
            call("Browser.close", Map.of());
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("expected Chromium to close, found " + e, e);
        } finally {
            process.destroyForcibly();
        }
    }
}
