package org.soda4j.training.run;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.nio.file.Path;
import org.soda4j.engine.PyTorchEngine;
import org.soda4j.engine.ThreadTeam;

/**
 * With what a run was made: enough to make it again, or to see why it cannot be.
 *
 * @param soda4j version of this library; {@code development} when it is not from a released jar
 * @param djl version of DJL
 * @param engine name of DJL's engine
 * @param engineVersion version of the engine's native library (PyTorch)
 * @param java version of the Java runtime and its vendor
 * @param os operating system, its version and architecture
 * @param cpus processors that the process may use
 * @param threads how many compute an operation on a CPU; {@code adaptive} where the number follows
 *     the machine; null in what older versions wrote
 * @param device where the model is trained
 * @param commit the git commit of the working directory; null outside of a repository
 * @param dataHash what identifies the training data; null if it is not known
 */
public record RunEnvironment(
        String soda4j,
        String djl,
        String engine,
        String engineVersion,
        String java,
        String os,
        int cpus,
        String threads,
        String device,
        String commit,
        String dataHash) {

    /**
     * Describes this process, and the threads of the call that this is within.
     *
     * @param device where the model is trained
     * @param dataHash what identifies the training data; null if it is not known
     * @return the description, with the commit of the present working directory
     */
    public static RunEnvironment capture(Device device, String dataHash) {
        String version = RunEnvironment.class.getPackage().getImplementationVersion();
        Engine engine = PyTorchEngine.require();
        return new RunEnvironment(
                version == null ? "development" : version,
                Engine.getDjlVersion(),
                engine.getEngineName(),
                engine.getVersion(),
                System.getProperty("java.runtime.version")
                        + " ("
                        + System.getProperty("java.vendor")
                        + ")",
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                ThreadTeam.description(),
                device.toString(),
                GitCommit.of(Path.of("")).orElse(null),
                dataHash);
    }
}
