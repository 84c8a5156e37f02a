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
    private static final String ENGINE = "org.soda4j.engine..";
    private static final String IO = "org.soda4j.io..";
    private static final String IMAGE = "org.soda4j.image..";
    private static final String LATENT = "org.soda4j.latent..";
    private static final String NOVEL_VIEW = "org.soda4j.novelview..";
    private static final String DIFFUSION = "org.soda4j.diffusion..";
    private static final String ENCODER = "org.soda4j.encoder..";
    private static final String DENOISER = "org.soda4j.denoiser..";
    private static final String MODEL = "org.soda4j.model..";
    private static final String TRAINING = "org.soda4j.training..";
    private static final String CHECKPOINT = "org.soda4j.training.checkpoint..";
    private static final String RUN = "org.soda4j.training.run..";
    private static final String LISTENER = "org.soda4j.training.listener..";
    private static final String OPTIMIZER = "org.soda4j.training.optimizer..";
    private static final String COMPUTE = "org.soda4j.compute..";
    private static final String BENCHMARK = "org.soda4j.benchmark..";
    private static final String DISTRIBUTED = "org.soda4j.distributed..";

    @ArchTest static final ArchRule engineKnowsOnlyItself = only(ENGINE);

    @ArchTest static final ArchRule computingKnowsTheEngineLayer = only(COMPUTE, ENGINE);

    @ArchTest static final ArchRule latentKnowsOnlyItself = only(LATENT);

    @ArchTest static final ArchRule novelViewKnowsTheEngineLayer = only(NOVEL_VIEW, ENGINE);

    @ArchTest static final ArchRule ioKnowsTheEngineLayer = only(IO, ENGINE);

    @ArchTest static final ArchRule imagesKnowFilesAndTheEngineLayer = only(IMAGE, IO, ENGINE);

    @ArchTest static final ArchRule diffusionKnowsTheEngineLayer = only(DIFFUSION, ENGINE);

    /** Files, because a pretrained encoder comes from one. */
    @ArchTest static final ArchRule encoderKnowsFilesAndTheEngineLayer = only(ENCODER, IO, ENGINE);

    @ArchTest
    static final ArchRule denoiserKnowsTheLatentAndTheEngineLayer = only(DENOISER, LATENT, ENGINE);

    /** Neither a configuration nor a camera. */
    @ArchTest
    static final ArchRule theModelKnowsItsParts =
            only(MODEL, ENCODER, DENOISER, LATENT, DIFFUSION, IMAGE, IO, ENGINE);

    @ArchTest static final ArchRule checkpointsKnowFiles = only(CHECKPOINT, IO, ENGINE);

    @ArchTest static final ArchRule runsKnowCheckpoints = only(RUN, CHECKPOINT, IO, ENGINE);

    @ArchTest
    static final ArchRule listenersDoNotKnowTheirTrainer =
            noClasses()
                    .that()
                    .resideInAnyPackage(LISTENER, OPTIMIZER)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.soda4j.training", CHECKPOINT, RUN);

    @ArchTest
    static final ArchRule theModelDoesNotKnowItsTrainer =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(TRAINING, DISTRIBUTED, BENCHMARK);

    /** Every package is a slice, the root and packages within packages too. */
    @ArchTest
    static final ArchRule noCycles = slices().matching("org.(**)").should().beFreeOfCycles();

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
