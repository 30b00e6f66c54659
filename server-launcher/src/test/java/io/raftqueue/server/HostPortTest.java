package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftqueue.server.HostPort.EmptyHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:3001", "127.0.0.1:1", "[::1]:65535", "queue-1.example:3001", "[fe80::1%eth0]:3001"})
    void isKeptAsGiven(String address) {
        assertThat(HostPort.parse("-raddr", address, EmptyHost.REFUSED)).hasToString(address);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,it has no port",
        "localhost:,it is not host:port",
        "localhost:http,it is not host:port",
        "localhost:0,the port must be 1 to 65535",
        "localhost:65536,the port must be 1 to 65535",
        "localhost:-1,it is not host:port",
        "::1:3001,an IPv6 address goes in brackets",
        "[::1],it is not host:port",
        "[localhost]:3001,only an IPv6 address goes in brackets",
        "[127.0.0.1]:3001,only an IPv6 address goes in brackets",
        "http://localhost:3001,leave the http:// out",
        "user@localhost:3001,it is not host:port",
        "localhost:3001/x,it is not host:port",
        ":3001,it has no host"
    })
    void saysWhatIsWrong(String address, String reason) {
        assertThatThrownBy(() -> HostPort.parse("-raddr", address, EmptyHost.REFUSED))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("-raddr=" + address)
                .hasMessageContaining(reason)
                .hasMessageContaining("write it as localhost:3001");
    }

    @Test
    void mayLeaveOutTheHostWhereThatMeansAllInterfaces() {
        HostPort all = HostPort.parse("-haddr", ":3000", EmptyHost.MEANS_ALL_INTERFACES);

        assertThat(all).isEqualTo(new HostPort("", 3000)).hasToString(":3000");
        assertThat(all.isLoopback("-haddr")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"localhost,true", "127.0.0.2,true", "::1,true", "0.0.0.0,false", "192.0.2.1,false", "::,false"})
    void knowsWhatOtherMachinesCanReach(String host, boolean loopback) {
        assertThat(new HostPort(host, 3000).isLoopback("-haddr")).isEqualTo(loopback);
    }
}
