package io.raftqueue.command;

/** The rule for names of queues: {@code [A-Za-z0-9._-]{1,128}}. */
public final class QueueName {
    public static final int MAX_LENGTH = 128;

    private QueueName() {}

    /** Returns the name, or throws IllegalArgumentException saying what is wrong with it. */
    public static String checked(String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException("queue name '" + (name.length() > 200 ? name.substring(0, 200) : name)
                    + "' must be 1 to " + MAX_LENGTH + " of the characters A-Z a-z 0-9 . _ -");
        }
        return name;
    }

    public static boolean isValid(String name) {
        int length = name.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!isAllowed(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || c == '.'
                || c == '_'
                || c == '-';
    }
}
