package io.raftqueue.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.util.concurrent.CompletableFuture;

/** The root handler: turns an exchange into a {@link Call} and finds who answers it. Never blocks. */
final class Router implements HttpHandler {
    private final Routes routes;
    private final InFlight inFlight;

    Router(Routes routes, InFlight inFlight) {
        this.routes = routes;
        this.inFlight = inFlight;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        // Leaves Undertow's call, which would end the exchange when this returns, but stays on the I/O thread.
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> begin(exchange));
    }

    private void begin(HttpServerExchange exchange) {
        Uri uri = new Uri(java.util.List.of(), java.util.List.of());
        Problem.Refusal malformed = null;
        try {
            uri = Uri.parse(exchange.getRequestPath(), exchange.getQueryString());
        } catch (Problem.Refusal refusal) {
            malformed = refusal;
        }
        var call = new Call(exchange, uri, inFlight);
        if (!inFlight.enter(call)) {
            call.refuse(Problem.OVERLOADED.answer(
                    "too many requests wait on this node (" + inFlight.count() + "): try again, or at another node"));
            return;
        }
        exchange.addExchangeCompleteListener((ended, next) -> {
            inFlight.leave(call);
            next.proceed();
        });
        Routes.Route route = malformed == null ? routeOrRefusal(exchange, uri) : refusal(malformed);
        call.run(route.bodyLimit(), route.handler());
    }

    /** Asked after the call was counted: either it sees that the node closes, or closing waits for it. */
    private Routes.Route routeOrRefusal(HttpServerExchange exchange, Uri uri) {
        try {
            return route(exchange, uri);
        } catch (Problem.Refusal refusal) {
            return refusal(refusal);
        }
    }

    /** The body is read all the same, within the limit: then the connection can go on. */
    private Routes.Route refusal(Problem.Refusal refusal) {
        return new Routes.Route(call -> CompletableFuture.completedFuture(refusal.answer()), routes.bodyLimit());
    }

    private Routes.Route route(HttpServerExchange exchange, Uri uri) {
        if (inFlight.closing()) {
            throw Problem.CLOSING.refuse("this node is shutting down: use another one");
        }
        checkSite(exchange);
        return routes.find(exchange.getRequestMethod().toString(), uri.path());
    }

    /**
     * There is no log-in, so nothing but this keeps a page that somebody happens to look at from using the server through
     * his browser. Only browsers send these headers.
     */
    private static void checkSite(HttpServerExchange exchange) {
        String site = exchange.getRequestHeaders().getFirst("Sec-Fetch-Site");
        if (site != null && !site.equals("none") && !site.equals("same-origin")) {
            throw Problem.FOREIGN_PAGE.refuse("the browser says that a page of another site asks (Sec-Fetch-Site)");
        }
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        if (origin != null) {
            String host = exchange.getRequestHeaders().getFirst(Headers.HOST);
            if (host == null || !origin.endsWith("//" + host)) {
                throw Problem.FOREIGN_PAGE.refuse("the browser says that a page of another site asks (Origin)");
            }
        }
    }
}
