package org.soda4j;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may know which, and what no class does. */
@AnalyzeClasses(packages = "org.soda4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "org.soda4j";
    private static final String NN = "org.soda4j.nn..";
    private static final String IO = "org.soda4j.io..";
    private static final String LATENT = "org.soda4j.latent..";
    private static final String VIEW = "org.soda4j.view..";
    private static final String DIFFUSION = "org.soda4j.diffusion..";
    private static final String ENCODER = "org.soda4j.encoder..";
    private static final String DENOISER = "org.soda4j.denoiser..";
    private static final String TRAINING = "org.soda4j.training..";
    private static final String DISTRIBUTED = "org.soda4j.distributed..";

    @ArchTest static final ArchRule nnKnowsOnlyItself = only(NN);

    @ArchTest static final ArchRule latentKnowsOnlyItself = only(LATENT);

    @ArchTest static final ArchRule viewKnowsTheEngineLayer = only(VIEW, NN);

    @ArchTest static final ArchRule ioKnowsTheEngineLayer = only(IO, NN);

    @ArchTest static final ArchRule diffusionKnowsTheEngineLayer = only(DIFFUSION, NN);

    @ArchTest static final ArchRule encoderKnowsTheEngineLayer = only(ENCODER, NN);

    @ArchTest
    static final ArchRule denoiserKnowsTheLatentAndTheEngineLayer = only(DENOISER, LATENT, NN);

    @ArchTest
    static final ArchRule theModelDoesNotKnowItsTrainer =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(TRAINING, DISTRIBUTED);

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("org.soda4j.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theLibraryPrintsNothing = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule loggingIsSlf4j =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs =
            noClasses().should().haveNameMatching(".*(Utils?|Helpers?|Manager)(\\$.*)?");

    private static ArchRule only(String... packages) {
        return classes()
                .that()
                .resideInAPackage(packages[0])
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(packages).or(not(resideInAPackage("org.soda4j.."))))
                .allowEmptyShould(false);
    }
}
