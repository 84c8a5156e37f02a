package org.soda4j.eval.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.IntFunction;
import org.soda4j.eval.plot.ImageGrid;
import org.soda4j.eval.plot.Picture;
import org.soda4j.eval.probe.Neighbours;
import org.soda4j.image.PixelImage;

/**
 * A picture: a grid of images, a chart or a heat map.
 *
 * @param title the heading
 * @param picture drawn into the file when the report is written
 * @param caption what is seen, also for those who cannot see it
 */
public record PictureSection(String title, Picture picture, String caption)
        implements ReportSection {

    /**
     * The nearest neighbours of some images, one row a query.
     *
     * @param title the heading
     * @param neighbours of the queries
     * @param query image of a query's row
     * @param base image of a neighbour's row, of the same size
     * @param queries the rows to show, at least one
     * @return the section
     */
    public static PictureSection ofNeighbours(
            String title,
            Neighbours neighbours,
            IntFunction<PixelImage> query,
            IntFunction<PixelImage> base,
            int... queries) {
        List<PixelImage> images = new ArrayList<>();
        int[][] indices = neighbours.indices();
        for (int row : queries) {
            images.add(query.apply(row));
            Arrays.stream(indices[row]).mapToObj(base).forEach(images::add);
        }
        ImageGrid grid = ImageGrid.builder().images(images).columns(1 + indices[0].length).build();
        return new PictureSection(
                title,
                grid,
                "Each row: on the left an image, then its nearest neighbours, the nearest first.");
    }

    @Override
    public String html() {
        return "<figure><img src=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(picture.toPng())
                + "\" alt=\""
                + Html.escape(caption)
                + "\"><figcaption>"
                + Html.escape(caption)
                + "</figcaption></figure>\n";
    }
}
