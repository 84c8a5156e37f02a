package org.soda4j.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which module may know which: examples, then soda-eval, then soda-data, then soda-core. */
@AnalyzeClasses(packages = "org.soda4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ModulesTest {

    private static final String DATA = "org.soda4j.data..";
    private static final String EVAL = "org.soda4j.eval..";
    private static final String EXAMPLES = "org.soda4j.examples..";

    @ArchTest
    static void everyModuleIsSeen(JavaClasses classes) {
        for (String name :
                new String[] {
                    ".Soda",
                    ".data.dataset.ImageDataset",
                    ".eval.probe.KnnProbe",
                    ".examples.Examples"
                }) {
            assertThat(classes.contain("org.soda4j" + name)).as(name).isTrue();
        }
    }

    @ArchTest
    static final ArchRule coreKnowsNoOtherModule =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(DATA, EVAL, EXAMPLES)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(DATA, EVAL, EXAMPLES);

    @ArchTest
    static final ArchRule dataKnowsCoreOnly =
            noClasses()
                    .that()
                    .resideInAPackage(DATA)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(EVAL, EXAMPLES);

    @ArchTest
    static final ArchRule evalDoesNotKnowExamples =
            noClasses()
                    .that()
                    .resideInAPackage(EVAL)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(EXAMPLES);

    /** Every package is a slice of its own: one that knows another is not known by it. */
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("org.soda4j.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theEngineLayerIsInternal =
            noClasses()
                    .that()
                    .resideInAnyPackage(DATA, EVAL, EXAMPLES)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.soda4j.engine..");

    @ArchTest
    static final ArchRule loggingIsSlf4j =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");
}
