package io.raftqueue.http;

import java.time.YearMonth;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Timestamps as the seed's Go program keeps them: RFC 3339, the offset as sent ({@code Z} when it is zero), fractions of a
 * second to nine digits without trailing zeros. What is no real moment is refused, not bent.
 */
final class Timestamps {
    private static final Pattern RFC_3339 = Pattern.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})"
            + "T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]+))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))");
    private static final int FINEST = 9;

    private Timestamps() {}

    /**
     * The timestamp as it is stored and sent back.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static String normalized(String given) {
        Matcher m = RFC_3339.matcher(given);
        if (!m.matches()) {
            throw new IllegalArgumentException("it is not RFC 3339, such as 2022-05-15T17:19:09Z");
        }
        int month = number(m, 2);
        check("month", month, 1, 12);
        check("day", number(m, 3), 1, YearMonth.of(number(m, 1), month).lengthOfMonth());
        check("hour", number(m, 4), 0, 23);
        check("minute", number(m, 5), 0, 59);
        check("second", number(m, 6), 0, 59);
        String zone = "Z";
        if (m.group(8) != null) {
            check("hour of its offset", number(m, 9), 0, 23);
            check("minute of its offset", number(m, 10), 0, 59);
            if (number(m, 9) != 0 || number(m, 10) != 0) {
                zone = given.substring(m.start(8));
            }
        }
        return given.substring(0, m.end(6)) + fraction(m.group(7)) + zone;
    }

    private static String fraction(@org.jspecify.annotations.Nullable String digits) {
        if (digits == null) {
            return "";
        }
        int end = Math.min(digits.length(), FINEST);
        while (end > 0 && digits.charAt(end - 1) == '0') {
            end--;
        }
        return end == 0 ? "" : "." + digits.substring(0, end);
    }

    private static int number(Matcher m, int group) {
        return Integer.parseInt(m.group(group));
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("its " + what + " is " + value + ", not " + least + " to " + most);
        }
    }
}
