package org.soda4j.examples;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import org.soda4j.engine.Internal;

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
                    ".models.ShippedModel",
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

    /** The doctor alone looks at it, because that is what it examines. */
    @ArchTest
    static final ArchRule theEngineLayerIsInternal =
            noClasses()
                    .that()
                    .resideInAnyPackage(DATA, EVAL, EXAMPLES)
                    .and()
                    .resideOutsideOfPackage("org.soda4j.examples.doctor")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("org.soda4j.engine..")
                                    .and(not(equivalentTo(Internal.class))));

    /** What is public for other packages alone is in no signature that an application reads. */
    @ArchTest
    static final ArchRule signaturesHoldNothingInternal =
            codeUnits()
                    .that(areApi())
                    .should()
                    .notHaveRawParameterTypes(anyElementThat(internal()))
                    .andShould()
                    .notHaveRawReturnType(internal());

    private static DescribedPredicate<JavaCodeUnit> areApi() {
        return DescribedPredicate.describe(
                "are public or protected, and so are their classes",
                unit ->
                        isOpen(unit.getModifiers())
                                && !unit.isAnnotatedWith(Internal.class)
                                && isApi(unit.getOwner()));
    }

    private static boolean isApi(JavaClass type) {
        return isOpen(type.getModifiers())
                && !internal().test(type)
                && type.getEnclosingClass().map(ModulesTest::isApi).orElse(true);
    }

    private static boolean isOpen(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC)
                || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static DescribedPredicate<JavaClass> internal() {
        return DescribedPredicate.describe(
                "internal",
                type ->
                        type.getBaseComponentType().isAnnotatedWith(Internal.class)
                                || type.getEnclosingClass().map(internal()::test).orElse(false));
    }

    @ArchTest
    static final ArchRule loggingIsSlf4j =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");
}
