package io.raftqueue.jmx;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.NotificationBroadcasterSupport;
import javax.management.StandardEmitterMBean;
import org.jspecify.annotations.Nullable;

/** An MXBean whose names and texts in a console come from its interface and the {@link Description}s there. */
final class DescribedBean extends StandardEmitterMBean {

    <B> DescribedBean(B bean, Class<B> type, NotificationBroadcasterSupport notifications) {
        super(bean, type, true, notifications);
    }

    @Override
    protected String getDescription(MBeanInfo info) {
        return text(getMBeanInterface(), super.getDescription(info));
    }

    @Override
    protected String getDescription(MBeanAttributeInfo info) {
        Method getter = method((info.isIs() ? "is" : "get") + info.getName(), 0);
        return getter == null ? super.getDescription(info) : text(getter, super.getDescription(info));
    }

    @Override
    protected String getDescription(MBeanOperationInfo info) {
        Method operation = method(info.getName(), info.getSignature().length);
        return operation == null ? super.getDescription(info) : text(operation, super.getDescription(info));
    }

    @Override
    protected String getDescription(MBeanOperationInfo operation, MBeanParameterInfo info, int sequence) {
        Parameter parameter = parameter(operation, sequence);
        return parameter == null
                ? super.getDescription(operation, info, sequence)
                : text(parameter, super.getDescription(operation, info, sequence));
    }

    @Override
    protected String getParameterName(MBeanOperationInfo operation, MBeanParameterInfo info, int sequence) {
        Parameter parameter = parameter(operation, sequence);
        return parameter == null ? super.getParameterName(operation, info, sequence) : parameter.getName();
    }

    @Override
    protected int getImpact(MBeanOperationInfo info) {
        return info.getName().equals("browse") ? MBeanOperationInfo.INFO : MBeanOperationInfo.ACTION;
    }

    private @Nullable Parameter parameter(MBeanOperationInfo operation, int sequence) {
        Method method = method(operation.getName(), operation.getSignature().length);
        return method == null ? null : method.getParameters()[sequence];
    }

    private @Nullable Method method(String name, int parameters) {
        return Arrays.stream(getMBeanInterface().getMethods())
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == parameters)
                .findFirst()
                .orElse(null);
    }

    private static String text(AnnotatedElement element, String otherwise) {
        Description description = element.getAnnotation(Description.class);
        return description == null ? otherwise : description.value();
    }
}
