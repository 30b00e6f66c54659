package io.raftqueue;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rooms of the library: who may know whom, and what the deterministic rooms must do without. */
class RoomsTest {
    private static final String API = "io.raftqueue";

    private static final String[] DETERMINISTIC = {
        "io.raftqueue.command..", "io.raftqueue.state..", "io.raftqueue.consensus.."
    };

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(RaftQueue.class.getProtectionDomain().getCodeSource().getLocation());

    /** Room, then whatever it may use beside itself, the JDK and jspecify. */
    static Stream<Arguments> rooms() {
        return Stream.of(
                room("io.raftqueue.codec..", "com.fasterxml.jackson.."),
                room("io.raftqueue.command.."),
                room("io.raftqueue.state..", "io.raftqueue.command.."),
                room("io.raftqueue.consensus.."),
                room("io.raftqueue.log..", "io.raftqueue.consensus..", "org.jgroups..", "org.slf4j.."),
                room(
                        "io.raftqueue.raft..",
                        API,
                        "io.raftqueue.command..",
                        "io.raftqueue.state..",
                        "io.raftqueue.consensus..",
                        "io.raftqueue.log..",
                        "org.jgroups..",
                        "org.slf4j.."),
                room(
                        "io.raftqueue.node..",
                        API,
                        "io.raftqueue.codec..",
                        "io.raftqueue.command..",
                        "io.raftqueue.state..",
                        "io.raftqueue.raft..",
                        "org.slf4j.."),
                room("io.raftqueue.jmx..", API, "io.raftqueue.codec..", "org.slf4j.."),
                room(
                        "io.raftqueue.http..",
                        API,
                        "io.raftqueue.codec..",
                        "io.undertow..",
                        "org.xnio..",
                        "com.fasterxml.jackson..",
                        "org.slf4j.."));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rooms")
    void aRoomKnowsOnlyWhatTheTableSays(String room, List<String> mayKnow) {
        String[] allowed = Stream.concat(
                        Stream.of(room, "java..", "javax.management..", "org.jspecify.."), mayKnow.stream())
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(room)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyTheBuildersOfTheApiOpenTheInnerRooms() {
        noClasses()
                .that()
                .resideInAPackage(API)
                .and(DescribedPredicate.not(simpleNameEndingWith("Builder")))
                .should()
                .dependOnClassesThat(resideInAPackage("io.raftqueue..")
                        .and(DescribedPredicate.not(resideInAPackage(API)))
                        .and(DescribedPredicate.not(resideInAPackage("io.raftqueue.codec.."))))
                .check(CLASSES);
    }

    @Test
    void aClientOfTheLibraryNeedsNoEngineAndNoWebServerToReadTheApi() {
        noClasses()
                .that()
                .resideInAPackage(API)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jgroups..", "io.undertow..", "org.xnio..", "com.fasterxml.jackson..")
                .check(CLASSES);
    }

    @Test
    void javaSerializationIsUsedNowhere() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class)
                .check(CLASSES);
    }

    @Test
    void deterministicRoomsHaveNoClockChanceThreadsOrFiles() {
        noClasses()
                .that()
                .resideInAnyPackage(DETERMINISTIC)
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.time\\.(Clock|InstantSource)"
                        + "|java\\.util\\.(Random|SplittableRandom|Timer|TimerTask|Date|Calendar)"
                        + "|java\\.security\\.SecureRandom"
                        + "|java\\.util\\.concurrent\\.(.*Executor.*|.*Thread.*|ForkJoin.*|CompletableFuture|locks\\..*)"
                        + "|java\\.lang\\.(Thread|ProcessHandle)"
                        + "|java\\.nio\\.(file|channels)\\..*"
                        + "|java\\.io\\.(File|RandomAccessFile).*"
                        + "|java\\.net\\..*")
                .orShould()
                .callMethodWhere(calls("currentTimeMillis", "nanoTime", "randomUUID", "now", "identityHashCode"))
                .orShould()
                .callMethod(Math.class, "random")
                .check(CLASSES);
    }

    @Test
    void deterministicRoomsIterateInAKnownOrder() {
        // Set.of, Map.of and their copies iterate in an order salted anew in each JVM; empty ones are harmless.
        noClasses()
                .that()
                .resideInAnyPackage(DETERMINISTIC)
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.(HashMap|HashSet|IdentityHashMap|WeakHashMap)"
                        + "|java\\.util\\.concurrent\\.ConcurrentHashMap")
                .orShould()
                .callMethodWhere(calls("of", "ofEntries", "copyOf", "toSet", "toMap", "toUnmodifiableSet", "groupingBy")
                        .and(onUnorderedTypes())
                        .and(withArguments()))
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaCall<? extends CodeUnitCallTarget>> calls(String... names) {
        Set<String> wanted = Set.of(names);
        return DescribedPredicate.describe(
                "calls " + wanted, call -> wanted.contains(call.getTarget().getName()));
    }

    private static DescribedPredicate<JavaCall<? extends CodeUnitCallTarget>> onUnorderedTypes() {
        Set<String> owners = Set.of("java.util.Set", "java.util.Map", "java.util.stream.Collectors");
        return DescribedPredicate.describe(
                "of an unordered type",
                call -> owners.contains(call.getTargetOwner().getName()));
    }

    private static DescribedPredicate<JavaCall<? extends CodeUnitCallTarget>> withArguments() {
        return DescribedPredicate.describe(
                "with arguments",
                call -> !call.getTarget().getRawParameterTypes().isEmpty());
    }

    private static Arguments room(String room, String... mayKnow) {
        return Arguments.of(room, List.of(mayKnow));
    }
}
