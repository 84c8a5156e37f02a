package org.soda4j.training.listener;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.soda4j.engine.Internal;

/** Notifies all listeners, and keeps what they do wrong away from the training. */
@Internal
public final class ListenerList {

    static final int MAX_FAILURES = 3;
    static final Duration SLOW = Duration.ofSeconds(1);

    /** Where this library's listeners were when their names came into checkpoints. */
    private static final String NAMED_PACKAGE = "org.soda4j.training.";

    private static final String PACKAGE = ListenerList.class.getPackageName() + ".";

    private static final Logger LOGGER = LoggerFactory.getLogger(ListenerList.class);

    /** A listener with its name and what it has done wrong so far. */
    private static final class Member {
        private final RunListener listener;
        private final String name;
        private int failures;
        private long slowCalls;
        private long nextReport = 1;
        private Duration slowTime = Duration.ZERO;

        Member(RunListener listener, String name) {
            this.listener = listener;
            this.name = name;
        }
    }

    private final List<Member> members = new ArrayList<>();
    private final AtomicReference<String> stopReason = new AtomicReference<>();
    private final InstantSource clock;

    /**
     * @param listeners in the order in which they are notified
     * @param clock that slow calls are timed with
     */
    public ListenerList(List<RunListener> listeners, InstantSource clock) {
        this.clock = clock;
        Map<String, Integer> counts = new HashMap<>();
        for (RunListener listener : listeners) {
            String type = listener.getClass().getName();
            int count = counts.merge(type, 1, Integer::sum);
            members.add(new Member(listener, count == 1 ? type : type + "#" + count));
        }
    }

    /** Notifies every listener that is still there. */
    public void tell(RunEvent event) {
        String what = event.getClass().getSimpleName();
        Consumer<RunListener> call;
        if (event instanceof RunEvent.Begin begin) {
            call = listener -> listener.begin(begin, this::stop);
        } else if (event instanceof RunEvent.Step step) {
            call = listener -> listener.step(step);
        } else if (event instanceof RunEvent.SkippedStep skipped) {
            call = listener -> listener.skippedStep(skipped);
        } else if (event instanceof RunEvent.Epoch epoch) {
            call = listener -> listener.epoch(epoch);
        } else if (event instanceof RunEvent.Latents latents) {
            call = listener -> listener.latents(latents);
        } else if (event instanceof RunEvent.Evaluation evaluation) {
            call = listener -> listener.evaluation(evaluation);
        } else if (event instanceof RunEvent.Samples samples) {
            call = listener -> listener.samples(samples);
        } else if (event instanceof RunEvent.CheckpointSaved checkpoint) {
            call = listener -> listener.checkpoint(checkpoint);
        } else if (event instanceof RunEvent.End end) {
            call = listener -> listener.end(end);
        } else if (event instanceof RunEvent.Failure failure) {
            call = listener -> listener.failure(failure);
        } else {
            throw new IllegalStateException("no listener method for " + event);
        }
        for (Member member : List.copyOf(members)) {
            guarded(member, what + " of step " + event.step(), call);
        }
    }

    /** Makes durable what the listeners recorded; before a checkpoint is written. */
    public void flush() {
        for (Member member : List.copyOf(members)) {
            guarded(member, "flush", RunListener::flush);
        }
    }

    /** The states of all listeners, for the checkpoint. */
    public ObjectNode state() {
        ObjectNode states = new ObjectMapper().createObjectNode();
        for (Member member : List.copyOf(members)) {
            guarded(
                    member,
                    "state",
                    listener -> {
                        JsonNode state = listener.state();
                        if (state != null && !state.isNull()) {
                            states.set(key(member.name), state);
                        }
                    });
        }
        return states;
    }

    /** The name of a listener in checkpoints, which its package does not change. */
    private static String key(String name) {
        return name.startsWith(PACKAGE) ? NAMED_PACKAGE + name.substring(PACKAGE.length()) : name;
    }

    /** Gives back the states of a checkpoint; a listener that was not there then gets none. */
    public void restore(JsonNode states) {
        for (Member member : List.copyOf(members)) {
            JsonNode state = states.path(key(member.name));
            if (!state.isMissingNode()) {
                guarded(member, "restore", listener -> listener.restore(state));
            }
        }
    }

    /** Asks for a clean end; the first reason is kept. */
    public void stop(String reason) {
        if (stopReason.compareAndSet(null, reason)) {
            LOGGER.info("Stop requested: {}", reason);
        }
    }

    /** Why the run is to end after this step, if it is. */
    public Optional<String> stopReason() {
        return Optional.ofNullable(stopReason.get());
    }

    private void guarded(Member member, String what, Consumer<RunListener> call) {
        Instant start = clock.instant();
        try {
            call.accept(member.listener);
        } catch (Exception | AssertionError | LinkageError | StackOverflowError e) {
            member.failures++;
            if (member.failures < MAX_FAILURES) {
                LOGGER.warn("Listener {} failed at {}; the training goes on", member.name, what, e);
            } else {
                members.remove(member);
                LOGGER.error(
                        "Listener {} failed {} times, the last at {}, and is left out from now on",
                        member.name,
                        member.failures,
                        what,
                        e);
            }
        }
        Duration duration = Duration.between(start, clock.instant());
        if (duration.compareTo(SLOW) > 0) {
            member.slowCalls++;
            member.slowTime = member.slowTime.plus(duration);
            // The 1st, 2nd, 4th, 8th, ... time, not to fill the log.
            if (member.slowCalls == member.nextReport) {
                member.nextReport *= 2;
                LOGGER.warn(
                        "Listener {} held up the training for {} ms at {} ({} slow calls so far, {}"
                                + " ms together); let it work on a thread of its own",
                        member.name,
                        duration.toMillis(),
                        what,
                        member.slowCalls,
                        member.slowTime.toMillis());
            }
        }
    }
}
