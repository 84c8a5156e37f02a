package org.soda4j.data.dataset;

import java.net.URI;
import java.util.List;
import org.soda4j.data.download.OfficialFile;

/** Where the makers of data sets publish them, and the checksums. */
final class OfficialFiles {

    private OfficialFiles() {}

    private static final List<URI> TORONTO =
            List.of(URI.create("https://www.cs.toronto.edu/~kriz/"));
    private static final List<URI> STANFORD = List.of(URI.create("http://cs231n.stanford.edu/"));
    private static final List<URI> MNIST_PLACES =
            List.of(URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"));
    private static final List<URI> FASHION_PLACES =
            List.of(URI.create("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"));

    static final OfficialFile CIFAR_10 =
            new OfficialFile("cifar-10-binary.tar.gz", TORONTO, "c32a1d4ab5d03f1284b67883e8d87530");
    static final OfficialFile CIFAR_100 =
            new OfficialFile(
                    "cifar-100-binary.tar.gz", TORONTO, "03b5dce01913d631647c71ecec9e9cb8");
    static final OfficialFile TINY_IMAGENET =
            new OfficialFile("tiny-imagenet-200.zip", STANFORD, "90528d7ca1a48142e341f4ef8d21d0de");
    static final List<OfficialFile> MNIST =
            idx(
                    MNIST_PLACES,
                    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                    "d53e105ee54ea40749a09fcbcd1e9432",
                    "9fb629c4189551a2d022fa330f9573f3",
                    "ec29112dd5afa0611ce80d1b7f02629c");
    static final List<OfficialFile> FASHION_MNIST =
            idx(
                    FASHION_PLACES,
                    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                    "25c81989df183df01b3e8a0aad5dffbe",
                    "bef4ecab320f06d8554ea6380940ec79",
                    "bb300cfdad3c16e7a12a480ee83cd310");

    private static List<OfficialFile> idx(
            List<URI> places,
            String trainImages,
            String trainLabels,
            String images,
            String labels) {
        return List.of(
                new OfficialFile("train-images-idx3-ubyte.gz", places, trainImages),
                new OfficialFile("train-labels-idx1-ubyte.gz", places, trainLabels),
                new OfficialFile("t10k-images-idx3-ubyte.gz", places, images),
                new OfficialFile("t10k-labels-idx1-ubyte.gz", places, labels));
    }
}
