package io.raftqueue.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Logging of the jar, in code because reading XML costs a tenth of a second at every start. What the node tells (INFO, of
 * this package only) goes to stdout as the bare line; warnings and errors of everything go to stderr. Who wants more
 * gives {@code -Dlogback.configurationFile=...}.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        context.getLogger(LogSetup.class.getPackageName()).setLevel(Level.INFO);
        root.addAppender(console(context, ConsoleTarget.SystemOut, "%msg%n", new BelowWarning()));
        var warnings = new ThresholdFilter();
        warnings.setLevel(Level.WARN.toString());
        root.addAppender(console(context, ConsoleTarget.SystemErr, "%level %msg%n", warnings));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static ConsoleAppender<ILoggingEvent> console(
            LoggerContext context, ConsoleTarget target, String pattern, Filter<ILoggingEvent> filter) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName(target.getName());
        appender.setTarget(target.getName());
        appender.setEncoder(encoder);
        filter.setContext(context);
        filter.start();
        appender.addFilter(filter);
        appender.start();
        return appender;
    }

    private static final class BelowWarning extends Filter<ILoggingEvent> {
        @Override
        public FilterReply decide(ILoggingEvent event) {
            return event.getLevel().isGreaterOrEqual(Level.WARN) ? FilterReply.DENY : FilterReply.NEUTRAL;
        }
    }
}
