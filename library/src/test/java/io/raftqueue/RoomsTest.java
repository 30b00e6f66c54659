package io.raftqueue;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Each package may know only what it needs; see the package comments. */
class RoomsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.raftqueue");

    @Test
    void onlyRaftAndLogKnowJGroups() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.raftqueue.raft..", "io.raftqueue.log..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.jgroups..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyHttpKnowsUndertow() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.raftqueue.http..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.undertow..", "org.xnio..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void commandKnowsTheJdkOnly() {
        noClasses()
                .that()
                .resideInAPackage("io.raftqueue.command..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "org.jspecify..", "io.raftqueue.command..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void stateKnowsCommandOnly() {
        noClasses()
                .that()
                .resideInAPackage("io.raftqueue.state..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "org.jspecify..", "io.raftqueue.command..", "io.raftqueue.state..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void commandAndStateHaveNoClockChanceThreadsOrFiles() {
        noClasses()
                .that()
                .resideInAnyPackage("io.raftqueue.command..", "io.raftqueue.state..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.time\\.Clock|java\\.util\\.(Random|UUID|Timer)"
                                + "|java\\.util\\.concurrent\\..*|java\\.lang\\.Thread|java\\.nio\\.file\\..*|java\\.io\\.File.*")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void commandAndStateIterateInAKnownOrder() {
        noClasses()
                .that()
                .resideInAnyPackage("io.raftqueue.command..", "io.raftqueue.state..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.(HashMap|HashSet|IdentityHashMap|WeakHashMap)")
                .allowEmptyShould(true)
                .check(CLASSES);
    }
}
