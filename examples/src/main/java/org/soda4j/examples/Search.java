package org.soda4j.examples;

import org.soda4j.examples.cli.Program;
import org.soda4j.examples.search.BuildIndex;
import org.soda4j.examples.search.ClassifyImages;
import org.soda4j.examples.search.FindDuplicates;
import org.soda4j.examples.search.FindGroups;
import org.soda4j.examples.search.FindOdd;
import org.soda4j.examples.search.QueryIndex;
import picocli.CommandLine.Command;

/** Searches a folder of images by what a model sees in them. */
@Command(
        name = "search",
        sortOptions = false,
        subcommands = {
            BuildIndex.class,
            QueryIndex.class,
            FindDuplicates.class,
            FindGroups.class,
            FindOdd.class,
            ClassifyImages.class
        },
        description = {
            "From a folder of images to answers: what is alike, twice there, odd, of which class.",
            "  search build FOLDER --model RUN --out INDEX",
            "  search query INDEX IMAGE --html sheet.html",
            "  search duplicates INDEX",
            "  search classify INDEX --labels labels.csv"
        })
final class Search extends Program {

    @Override
    public Integer call() {
        throw refusal(
                "expected one of build, query, duplicates, groups, odd, classify; found none");
    }

    /**
     * Runs this example.
     *
     * @param args its options
     */
    public static void main(String[] args) {
        System.exit(Examples.execute(new Search(), args));
    }
}
