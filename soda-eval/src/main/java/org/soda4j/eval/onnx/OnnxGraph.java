package org.soda4j.eval.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** A graph of ONNX operators that grows node by node; values are known by their names. */
final class OnnxGraph {

    static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
    static final int UINT8 = TensorProto.DataType.UINT8_VALUE;
    private static final int FLOAT16 = TensorProto.DataType.FLOAT16_VALUE;

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final boolean half;
    private final Map<String, String> shared = new HashMap<>();
    private int nodes;

    /** Half: feature maps and the kernels on them are float16. */
    OnnxGraph(String name, boolean half) {
        graph.setName(name);
        this.half = half;
    }

    GraphProto build() {
        return graph.build();
    }

    /** Dimensions are numbers, or names where they are free. */
    String input(String name, int type, Object... dimensions) {
        graph.addInput(value(name, type, dimensions));
        return name;
    }

    /** Gives a value the name under which users find it. */
    void output(String name, String value, Object... dimensions) {
        graph.addNode(
                NodeProto.newBuilder()
                        .setOpType("Identity")
                        .setName(name)
                        .addInput(value)
                        .addOutput(name));
        graph.addOutput(value(name, FLOAT, dimensions));
    }

    private static ValueInfoProto value(String name, int type, Object... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dimension : dimensions) {
            TensorShapeProto.Dimension.Builder d = shape.addDimBuilder();
            if (dimension instanceof Number number) {
                d.setDimValue(number.longValue());
            } else {
                d.setDimParam(dimension.toString());
            }
        }
        TypeProto.Tensor.Builder tensor =
                TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    /** An operator with one result, whose name is returned, and no attributes. */
    String node(String operator, String... inputs) {
        return node(operator, List.of(inputs));
    }

    /** The same with attributes. */
    String node(String operator, List<String> inputs, AttributeProto... attributes) {
        return nodes(operator, 1, inputs, attributes).get(0);
    }

    /** An operator with several results. */
    List<String> nodes(
            String operator, int outputs, List<String> inputs, AttributeProto... attributes) {
        String name = operator + "_" + nodes++;
        List<String> results =
                outputs == 1
                        ? List.of(name)
                        : IntStream.range(0, outputs).mapToObj(i -> name + "." + i).toList();
        graph.addNode(
                NodeProto.newBuilder()
                        .setOpType(operator)
                        .setName(name)
                        .addAllInput(inputs)
                        .addAllOutput(results)
                        .addAllAttribute(List.of(attributes)));
        return results;
    }

    /** A constant in float32. */
    String constant(String name, float[] values, long... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(4, values.length))
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return constant(name, FLOAT, bytes, shape);
    }

    /** A constant in the format of feature maps. */
    String kernel(String name, float[] values, long... shape) {
        if (!half) {
            return constant(name, values, shape);
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(2, values.length))
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (float number : values) {
            bytes.putShort(HalfFloat.of(name, number));
        }
        return constant(name, FLOAT16, bytes.flip(), shape);
    }

    /** A constant of whole numbers; the same numbers are stored once. */
    String integers(long... values) {
        String name = "integers" + LongStream.of(values).boxed().toList();
        return shared.computeIfAbsent(
                name,
                n -> {
                    ByteBuffer bytes =
                            ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.asLongBuffer().put(values);
                    int type = TensorProto.DataType.INT64_VALUE;
                    return constant(n, type, bytes, values.length);
                });
    }

    /** A float32 constant that many nodes may ask for; stored once. */
    String shared(String name, float[] values, long... shape) {
        return shared.computeIfAbsent(name, n -> constant(n, values, shape));
    }

    private String constant(String name, int type, ByteBuffer bytes, long... shape) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(type)
                        .setRawData(ByteString.copyFrom(bytes));
        for (long size : shape) {
            tensor.addDims(size);
        }
        graph.addInitializer(tensor);
        return name;
    }

    /** From float32 to the format of feature maps; itself where that is float32. */
    String toMaps(String value) {
        return half ? cast(value, FLOAT16) : value;
    }

    /** From the format of feature maps to float32. */
    String toFloat(String value) {
        return half ? cast(value, FLOAT) : value;
    }

    String cast(String value, int type) {
        return node("Cast", List.of(value), integer("to", type));
    }

    /** A linear layer in float32, by the name of its parameters. */
    String linear(String x, ModelWeights weights, String name) {
        String weight = name + ".weight";
        String bias = name + ".bias";
        return node(
                "Gemm",
                List.of(
                        x,
                        constant(weight, weights.values(weight), weights.shape(weight)),
                        constant(bias, weights.values(bias), weights.shape(bias))),
                integer("transB", 1));
    }

    /** Square odd kernel, padding that keeps the size at stride 1. */
    String convolution(String x, String kernel, String bias, int size, int stride) {
        int pad = size / 2;
        List<String> inputs = new ArrayList<>(List.of(x, kernel));
        if (bias != null) {
            inputs.add(bias);
        }
        return node(
                "Conv",
                inputs,
                integers("kernel_shape", size, size),
                integers("strides", stride, stride),
                integers("pads", pad, pad, pad, pad));
    }

    /** Group norm without its affine part, which ONNX has as such from opset 21 on only. */
    String groupNorm(String x, int groups, int channels, int height, int width) {
        float[] ones = new float[groups];
        Arrays.fill(ones, 1);
        String scale = sharedKernel("ones." + groups, ones);
        String shift = sharedKernel("zeros." + groups, new float[groups]);
        String grouped = node("Reshape", x, integers(0, groups, -1));
        String normal =
                node(
                        "InstanceNormalization",
                        List.of(grouped, scale, shift),
                        number("epsilon", 1e-5f));
        return node("Reshape", normal, integers(0, channels, height, width));
    }

    private String sharedKernel(String name, float[] values) {
        return shared.computeIfAbsent(name, n -> kernel(n, values, values.length));
    }

    /** x sigmoid(x). */
    String silu(String x) {
        return node("Mul", x, node("Sigmoid", x));
    }

    static AttributeProto integer(String name, long value) {
        return attribute(name, AttributeProto.AttributeType.INT).setI(value).build();
    }

    static AttributeProto integers(String name, long... values) {
        AttributeProto.Builder builder = attribute(name, AttributeProto.AttributeType.INTS);
        for (long value : values) {
            builder.addInts(value);
        }
        return builder.build();
    }

    static AttributeProto number(String name, float value) {
        return attribute(name, AttributeProto.AttributeType.FLOAT).setF(value).build();
    }

    static AttributeProto text(String name, String value) {
        return attribute(name, AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    private static AttributeProto.Builder attribute(
            String name, AttributeProto.AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }
}
