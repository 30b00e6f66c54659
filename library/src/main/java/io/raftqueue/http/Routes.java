package io.raftqueue.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is served where. A path pattern is literal, except that a segment {@code {}} stands for any one segment. */
final class Routes {
    private static final String ANY = "{}";

    /**
     * One method of one path.
     *
     * @param bodyLimit in bytes
     */
    record Route(Call.Handler handler, int bodyLimit) {}

    private record Place(List<String> pattern, Map<String, Route> methods) {}

    private final int bodyLimit;
    private final Map<List<String>, Place> literal = new HashMap<>();
    private final List<Place> withAny = new ArrayList<>();

    Routes(int bodyLimit) {
        this.bodyLimit = bodyLimit;
    }

    /** The limit of bodies where a route has none of its own. */
    int bodyLimit() {
        return bodyLimit;
    }

    /** Something that only reads: HEAD is the same without the body. */
    void read(String path, Call.Handler handler) {
        on("GET", path, handler);
        on("HEAD", path, handler);
    }

    void on(String method, String path, Call.Handler handler) {
        on(method, path, bodyLimit, handler);
    }

    void on(String method, String path, int limit, Call.Handler handler) {
        List<String> pattern =
                path.equals("/") ? List.of() : List.of(path.substring(1).split("/"));
        Place place = literal.get(pattern);
        if (place == null) {
            place = new Place(pattern, new LinkedHashMap<>());
            literal.put(pattern, place);
            if (pattern.contains(ANY)) {
                withAny.add(place);
            }
        }
        place.methods().put(method, new Route(handler, limit));
    }

    /** The route of a request; refuses it with 404 or 405. */
    Route find(String method, List<String> path) {
        Place place = place(path);
        if (place == null) {
            throw Problem.NOT_FOUND.refuse("nothing is served at this path; GET / says what is");
        }
        Route route = place.methods().get(method);
        if (route == null) {
            String allowed = String.join(", ", new TreeSet<>(place.methods().keySet()));
            throw Problem.METHOD.refuse("this path takes " + allowed, "Allow", allowed);
        }
        return route;
    }

    private @Nullable Place place(List<String> path) {
        Place exact = literal.get(path);
        if (exact != null && !exact.pattern().contains(ANY)) {
            return exact;
        }
        for (Place place : withAny) {
            if (matches(place.pattern(), path)) {
                return place;
            }
        }
        return null;
    }

    private static boolean matches(List<String> pattern, List<String> path) {
        if (pattern.size() != path.size()) {
            return false;
        }
        for (int i = 0; i < path.size(); i++) {
            boolean any = pattern.get(i).equals(ANY) && !path.get(i).isEmpty();
            if (!any && !pattern.get(i).equals(path.get(i))) {
                return false;
            }
        }
        return true;
    }
}
