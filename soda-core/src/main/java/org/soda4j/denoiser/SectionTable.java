package org.soda4j.denoiser;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.soda4j.engine.Resample;
import org.soda4j.latent.LatentLayout;
import org.soda4j.latent.LayerModulation;

/** Which blocks of a U-Net each section of the latent drives, and at which resolution. */
final class SectionTable {

    private final UNetDenoiserConfig config;
    private final LayerModulation modulation;
    private final List<Map<String, List<Long>>> blocks = new ArrayList<>();
    private long height;
    private long width;

    private SectionTable(
            UNetDenoiserConfig config, LayerModulation modulation, LatentLayout layout) {
        this.config = config;
        this.modulation = modulation;
        height = config.imageShape().get(1);
        width = config.imageShape().get(2);
        for (int i = 0; i < layout.sections(); i++) {
            blocks.add(new LinkedHashMap<>());
        }
    }

    /** For each section, block name (such as {@code up.3.res}) to height and width. */
    static List<Map<String, List<Long>>> of(
            UNetDenoiserConfig config,
            UNetPlan plan,
            LayerModulation modulation,
            LatentLayout layout) {
        SectionTable table = new SectionTable(config, modulation, layout);
        table.add("down", plan.down());
        table.put("middle.res1", config.depths() - 1);
        table.put("middle.res2", config.depths() - 1);
        table.add("up", plan.up());
        return table.blocks;
    }

    private void add(String path, List<UNetPlan.Stage> stages) {
        for (int i = 0; i < stages.size(); i++) {
            UNetPlan.Stage stage = stages.get(i);
            height = stage.resample().size(height);
            width = stage.resample().size(width);
            if (stage.resample() == Resample.NONE) {
                put(path + "." + i + ".res", stage.depth());
            } else if (config.residualResampling()) {
                put(path + "." + i + ".op", stage.depth());
            }
        }
    }

    private void put(String block, int depth) {
        blocks.get(modulation.section(depth, config.depths())).put(block, List.of(height, width));
    }
}
