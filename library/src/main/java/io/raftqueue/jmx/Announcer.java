package io.raftqueue.jmx;

import java.util.concurrent.atomic.AtomicLong;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;

/** Sends the notifications of one bean; their types begin with {@code io.raftqueue.}. */
final class Announcer extends NotificationBroadcasterSupport {
    private static final String PREFIX = "io.raftqueue.";

    private final AtomicLong sequence = new AtomicLong();
    private volatile Object source;

    Announcer(Object source, MBeanNotificationInfo... what) {
        super(what);
        this.source = source;
    }

    static MBeanNotificationInfo info(String type, String description) {
        return new MBeanNotificationInfo(new String[] {PREFIX + type}, Notification.class.getName(), description);
    }

    /** What listeners see as the source from now on. */
    void comeFrom(ObjectName bean) {
        source = bean;
    }

    void tell(String type, String message) {
        sendNotification(new Notification(
                PREFIX + type, source, sequence.incrementAndGet(), System.currentTimeMillis(), message));
    }
}
