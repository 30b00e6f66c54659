package io.raftqueue.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.RaftNode;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Building and starting the adapter. */
class HttpAdapterTest {
    private final InMemoryNode node = new InMemoryNode();

    @ParameterizedTest
    @ValueSource(strings = {":0", "0.0.0.0:0", "[::]:0"})
    void anAddressThatOthersCanReachNeedsToBeMeant(String address) throws IOException {
        assertThatThrownBy(() -> HttpAdapter.builder(node).address(address).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(address)
                .hasMessageContaining("insecure");

        try (var http =
                HttpAdapter.builder(node).address(address).insecure(true).start()) {
            String port = http.address().substring(http.address().lastIndexOf(':'));
            var root = RawHttp.once("127.0.0.1" + port, "GET / HTTP/1.1", List.of("Host: evil.example"), null);
            assertThat(root.text()).doesNotContain("evil");
            if (address.equals(":0")) {
                // All interfaces have no name of their own: the client's view is the one that works for it.
                assertThat(root.text()).contains("http://127.0.0.1" + port + "/send");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:0", "127.0.0.1:0", "[::1]:0"})
    void loopbackNeedsNothing(String address) throws IOException {
        try (var http = HttpAdapter.builder(node).address(address).start()) {
            assertThat(http.address()).startsWith(address.substring(0, address.length() - 1));
            assertThat(http.address()).doesNotEndWith(":0");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "localhost:",
                "localhost:x",
                "localhost:65536",
                "a b:1",
                "::1:3000",
                "http://x:1"
            })
    void whatIsNoAddressIsRefusedAtOnce(String address) {
        assertThatThrownBy(() -> HttpAdapter.builder(node).address(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("address \"" + address + "\"");
    }

    @Test
    void anAddressInUseIsNamed() {
        try (var first = HttpAdapter.builder(node).address("localhost:0").start()) {
            assertThatThrownBy(() ->
                            HttpAdapter.builder(node).address(first.address()).start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(first.address())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void eachSettingIsSetOnce() {
        assertThatThrownBy(() -> HttpAdapter.builder(node).bodyLimit(1000).bodyLimit(2000))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1000");
        assertThatThrownBy(() -> HttpAdapter.builder(node).bodyLimit(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSameAddressCanBeUsedAgainAfterClose() throws IOException {
        String address;
        try (var first = HttpAdapter.builder(node).address("localhost:0").start()) {
            address = first.address();
            RawHttp.once(address, "GET /stats HTTP/1.1", List.of(), null);
            first.close();
        }
        try (var second = HttpAdapter.builder(node).address(address).start()) {
            assertThat(RawHttp.once(address, "GET /livez HTTP/1.1", List.of(), null)
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void withoutUndertowItSaysWhatIsMissing() throws Exception {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .filter(entry -> !entry.contains("undertow") && !entry.contains("xnio"))
                .map(HttpAdapterTest::url)
                .toArray(URL[]::new);
        try (var loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Class<?> nodeType = loader.loadClass(RaftNode.class.getName());
            Object anyNode = Proxy.newProxyInstance(loader, new Class<?>[] {nodeType}, (p, m, a) -> null);
            Class<?> adapter = loader.loadClass(HttpAdapter.class.getName());
            Object builder = adapter.getMethod("builder", nodeType).invoke(null, anyNode);

            assertThatThrownBy(() -> builder.getClass().getMethod("start").invoke(builder))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("HttpAdapter needs io.undertow:undertow-core on the class path");
        }
    }

    private static URL url(String entry) {
        try {
            return java.nio.file.Path.of(entry).toUri().toURL();
        } catch (java.net.MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
