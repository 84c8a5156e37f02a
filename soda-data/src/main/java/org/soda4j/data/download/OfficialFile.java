package org.soda4j.data.download;

import java.net.URI;
import java.util.List;
import org.soda4j.engine.Internal;

/**
 * A file that a data set's makers publish, with the checksum that it must have.
 *
 * @param name the file's name, also where it is stored
 * @param places the folders it can be had from, tried in this order; each ends with a slash
 * @param md5 the checksum its makers publish (or, for the MNIST files, that torchvision checks), 32
 *     lower-case hexadecimal digits; it guards against damage, not against forgery
 */
@Internal
public record OfficialFile(String name, List<URI> places, String md5) {

    /**
     * Returns the same file at another place.
     *
     * @param place the folder, which ends with a slash; the checksum stays
     * @return the file, to be had from there alone
     */
    public OfficialFile at(URI place) {
        return new OfficialFile(name, List.of(place), md5);
    }
}
