package io.raftqueue.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class SerialFilterTest {
    /** Nothing that JMX would send. */
    private static final class Stranger implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private static Object roundTrip(Object object) throws IOException, ClassNotFoundException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            in.setObjectInputFilter(SerialFilter::check);
            return in.readObject();
        }
    }

    private static Object roundTripOnRmiThread(Object object) throws Exception {
        var rmi = Executors.newSingleThreadExecutor(task -> new Thread(task, "RMI TCP Connection(1)-127.0.0.1"));
        try {
            Future<Object> read = rmi.submit(() -> roundTrip(object));
            return read.get();
        } finally {
            rmi.shutdown();
        }
    }

    @Test
    void nothingIsReadOnOrdinaryThreads() {
        assertThatThrownBy(() -> roundTrip(new ArrayList<>(List.of("x")))).isInstanceOf(InvalidClassException.class);
        assertThatThrownBy(() -> roundTrip(new Stranger())).isInstanceOf(InvalidClassException.class);
    }

    @Test
    void jmxMayReadWhatItsClientsSendAndNothingElse() throws Exception {
        var name = new ObjectName("io.raftqueue:type=Node,node=node01");

        assertThat(roundTripOnRmiThread(name)).isEqualTo(name);
        assertThat(roundTripOnRmiThread(new Object[] {"node04", 7L, true}))
                .isEqualTo(new Object[] {"node04", 7L, true});
        assertThatThrownBy(() -> roundTripOnRmiThread(new Stranger())).hasCauseInstanceOf(InvalidClassException.class);
        assertThatThrownBy(() -> roundTripOnRmiThread(URI.create("http://example.org")))
                .hasCauseInstanceOf(InvalidClassException.class);
    }
}
