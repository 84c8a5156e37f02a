# The operators that DJL lacks, as TorchScript. Read by org.soda4j.nn.Operators; every public method
# here has a typed method of the like name there. Scalars arrive as 0-d tensors on the CPU, because
# that is all the engine's calling convention carries.
#
# `kind` is the number format of feature maps: 6 float32, 15 bfloat16, 5 float16. Convolutions and
# attention compute in it and maps stay in it from one operator to the next. Norms take statistics
# and modulate in float32 whatever the maps are; parameters, time and latent are float32.

class Operators(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # ---- number formats ----

  # Contiguous, because Java reads the memory as it lies; maps may be channels-last.
  def cast(self: __torch__.Operators, x: Tensor, kind: Tensor) -> Tensor:
    return torch.contiguous(torch.to(x, int(kind)))

  # ---- normalisation and activation ----

  # Statistics and affine map in float32; the result has the format of x. On a GPU the kernel wants
  # all in one format.
  def any_norm(self: __torch__.Operators, x: Tensor, groups: int, weight: Tensor, bias: Tensor) -> Tensor:
    if x.is_cuda:
      y = torch.to(torch.group_norm(torch.to(x, ops.prim.dtype(weight)), groups, weight, bias, 1e-05), ops.prim.dtype(x))
    else:
      y = torch.group_norm(x, groups, weight, bias, 1e-05)
    return y

  def group_norm(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, groups: Tensor) -> Tensor:
    return self.any_norm(x, int(groups), weight, bias)

  def silu(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.silu(x)

  # Adaptive group normalisation and SiLU: silu(z_s * (t_s * norm(h) + t_b) + z_b).
  # An affine map per example and channel is the affine part of one group norm over a batch of one
  # with N * C channels, so that a single kernel normalises and modulates. That needs a copy of maps
  # that are channels-last, which are taken one by one.
  def modulated_norm_silu(self: __torch__.Operators, h: Tensor, time: Tensor, latent: Tensor, weight: Tensor, bias: Tensor, groups: Tensor) -> Tensor:
    n = torch.size(h, 0)
    c = torch.size(h, 1)
    time_scale, time_shift = torch.chunk(time, 2, 1)
    latent_scale, latent_shift = torch.chunk(latent, 2, 1)
    scale = latent_scale * (time_scale * weight)
    shift = torch.addcmul(latent_shift, latent_scale, torch.addcmul(time_shift, time_scale, bias))
    if torch.is_contiguous(h):
      flat = torch.reshape(h, [1, n * c, torch.size(h, 2), torch.size(h, 3)])
      y = torch.reshape(self.any_norm(flat, n * int(groups), torch.reshape(scale, [-1]), torch.reshape(shift, [-1])), torch.size(h))
    else:
      each = annotate(List[Tensor], [])
      for i in range(n):
        one = torch.slice(h, 0, i, i + 1)
        _0 = torch.append(each, self.any_norm(one, int(groups), torch.select(scale, 0, i), torch.select(shift, 0, i)))
      y = torch.cat(each)
    return torch.silu(y)

  # Zeroes elements of x with probability p, to 1 / 32768, without scaling the others. The engine's own
  # dropout on a CPU draws one number for each element, on one thread; a random word serves four here.
  # What applies them fastest is the backward of a threshold, which passes x where not r <= threshold:
  # r are the random bits, read as a number of bfloat16. Without the bit that makes it 2 or more it is
  # finite; the most negative such numbers, and then those from zero upwards, are counted to p. A map
  # of float16 becomes float32, which the convolution after it converts.
  def drop(self: __torch__.Operators, x: Tensor, p: float) -> Tensor:
    count = torch.numel(x)
    words = torch.empty([torch.floordiv(torch.add(count, 3), 4)], dtype=4, device=ops.prim.device(x))
    lowest = torch.mul(-4611686018427387904, 2)
    bits = torch.bitwise_and_(torch.random_(words, lowest, None), -4611756388245323777)
    r = torch.reshape(torch.slice(torch.view_copy(bits, dtype=15), 0, 0, count), torch.size(x))
    share = int(torch.round(torch.mul(p, 32768)))
    pattern = torch.sub(share, 16385)
    if torch.le(share, 16384):
      pattern = torch.sub(-16384, share)
    else:
      pass
    threshold = float(torch.view_copy(torch.tensor([pattern], dtype=2), dtype=15))
    return torch.threshold_backward(x, r, threshold)

  # ---- linear, convolution, attention ----

  def linear(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.linear(x, weight, bias)

  # Square odd kernel, padding that keeps the size at stride 1. The convolution kernels of this
  # engine's CPU library (oneDNN 3.7.1) fill their blocks of 16 channels up with memory that they do
  # not clear, so that sums over another number of channels are wrong, silently: channels are filled
  # up with zeros here. In float32, up to 4 input channels, it has kernels without blocks.
  def plain_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Optional[Tensor], stride: int, kind: int) -> Tensor:
    pad = torch.floordiv(torch.size(weight, 2), 2)
    channels = torch.size(weight, 0)
    out_fill = torch.remainder(torch.neg(channels), 16)
    in_fill = 0
    if torch.__or__(torch.ne(kind, 6), torch.gt(torch.size(weight, 1), 4)):
      in_fill = torch.remainder(torch.neg(torch.size(weight, 1)), 16)
    else:
      pass
    b = bias
    w = weight
    if torch.gt(torch.add(out_fill, in_fill), 0):
      w = torch.constant_pad_nd(weight, [0, 0, 0, 0, 0, in_fill, 0, out_fill])
      if bias is not None:
        b = torch.constant_pad_nd(unchecked_cast(Tensor, bias), [0, out_fill])
      else:
        pass
    else:
      pass
    if torch.gt(in_fill, 0):
      x = torch.constant_pad_nd(x, [0, 0, 0, 0, 0, in_fill])
    else:
      pass
    if torch.ne(kind, 6):
      x = torch.to(x, kind)
      w = torch.to(w, kind)
      if b is not None:
        b = torch.to(unchecked_cast(Tensor, b), kind)
      else:
        pass
    else:
      pass
    y = torch.conv2d(x, w, b, [stride, stride], [pad, pad])
    if torch.gt(out_fill, 0):
      y = torch.slice(y, 1, 0, channels)
    else:
      pass
    return y

  # With a kernel that pack_kernel made, whose input channels may be filled up; the result is
  # channels-last. `sum`, where there is one, is added before ReLU and overwritten. The library's ReLU
  # makes NaN zero, so that a result would look sound: its leaky one does not, and a slope of 1e-30
  # stands for 0 (what is negative is multiplied by it, which no sum notices). After a sum the library
  # has the plain one only, so there it is the engine's.
  def packed_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Optional[Tensor], sum: Optional[Tensor], stride: int, kind: int, relu: bool) -> Tensor:
    pad = torch.floordiv(torch.size(weight, 2), 2)
    in_fill = torch.sub(torch.size(weight, 1), torch.size(x, 1))
    if torch.gt(in_fill, 0):
      x = torch.constant_pad_nd(x, [0, 0, 0, 0, 0, in_fill])
    else:
      pass
    b = bias
    if b is not None:
      b = torch.to(unchecked_cast(Tensor, b), kind)
    else:
      pass
    if sum is not None:
      other = torch.contiguous(unchecked_cast(Tensor, sum), memory_format=2)
      y = ops.mkldnn._convolution_pointwise_(other, torch.to(x, kind), weight, b, [pad, pad], [stride, stride], [1, 1], 1, "add", 1.0, None, annotate(List[Optional[number]], []), None)
      if relu:
        y = torch.relu_(y)
      else:
        pass
    else:
      then, slope = "none", annotate(List[Optional[number]], [])
      if relu:
        then, slope = "leaky_relu", annotate(List[Optional[number]], [1e-30])
      else:
        pass
      y = ops.mkldnn._convolution_pointwise(torch.to(x, kind), weight, b, [pad, pad], [stride, stride], [1, 1], 1, then, slope, None)
    return y

  def any_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Optional[Tensor], stride: int, kind: int) -> Tensor:
    if weight.is_mkldnn:
      y = self.packed_conv(x, weight, bias, None, stride, kind, False)
    else:
      y = self.plain_conv(x, weight, bias, stride, kind)
    return y

  # A kernel in the format of maps, laid out as the CPU library wants it, for inference.
  def pack_kernel(self: __torch__.Operators, weight: Tensor, kind: Tensor) -> Tensor:
    pad = torch.floordiv(torch.size(weight, 2), 2)
    in_fill = torch.remainder(torch.neg(torch.size(weight, 1)), 16)
    w = torch.to(torch.constant_pad_nd(weight, [0, 0, 0, 0, 0, in_fill]), int(kind))
    return ops.mkldnn._reorder_convolution_weight(w, [pad, pad], [1, 1], [1, 1], 1, None)

  # Winograd's F(4 x 4, 3 x 3) (Lavin and Gray 2016): tiles of 4 x 4 results from tiles of 6 x 6 pixels
  # by 36 products a pair of channels instead of 144. Interpolation at 0, +-sqrt(1/2), +-sqrt(2) and
  # infinity, where float32 loses least. Returns the kernel, transformed in float64 and laid out for
  # the CPU library as a 1 x 1 convolution in 36 groups, and below each other the matrices that
  # transform tiles of pixels and of products.
  def winograd_kernel(self: __torch__.Operators, weight: Tensor) -> List[Tensor]:
    a, b = 0.70710678118654757, 1.4142135623730951
    taps = torch.tensor([[1., 0., 0.], [-2. / 3., -a / 1.5, -1. / 3.], [-2. / 3., a / 1.5, -1. / 3.], [1. / 6., b / 6., 1. / 3.], [1. / 6., -b / 6., 1. / 3.], [0., 0., 1.]], dtype=7)
    pixels = torch.tensor([[1., 0., -2.5, 0., 1., 0.], [0., -b, -2., a, 1., 0.], [0., b, -2., -a, 1., 0.], [0., -a, -0.5, b, 1., 0.], [0., a, -0.5, -b, 1., 0.], [0., 1., 0., -2.5, 0., 1.]], dtype=7)
    results = torch.tensor([[1., 1., 1., 1., 1., 0.], [0., a, -a, b, -b, 0.], [0., 0.5, 0.5, 2., 2., 0.], [0., a / 2., -a / 2., b * 2., -b * 2., 1.]], dtype=7)
    rows = torch.reshape(torch.to(weight, 7), [-1, 9])
    products = torch.to(torch.matmul(torch.kron(taps, taps), torch.t(rows)), 6)
    grouped = torch.reshape(products, [-1, torch.size(weight, 1), 1, 1])
    kernel = ops.mkldnn._reorder_convolution_weight(grouped, [0, 0], [1, 1], [1, 1], 36, None)
    return [kernel, torch.to(torch.cat([torch.kron(pixels, pixels), torch.kron(results, results)]), 6)]

  # Convolution in float32 with what winograd_kernel made, padding 1, stride 1; the result is
  # channels-last. Maps are filled up to whole tiles.
  def winograd_few(self: __torch__.Operators, x: Tensor, kernel: Tensor, matrices: Tensor) -> Tensor:
    n, c, height, width = torch.size(x)
    rows = torch.floordiv(torch.add(height, 3), 4)
    columns = torch.floordiv(torch.add(width, 3), 4)
    pixels = torch.permute(torch.contiguous(x, memory_format=2), [0, 2, 3, 1])
    padded = torch.constant_pad_nd(pixels, [0, 0, 1, 4 * columns - width + 1, 1, 4 * rows - height + 1])
    tiles = torch.permute(torch.unfold(torch.unfold(padded, 1, 6, 4), 2, 6, 4), [0, 1, 2, 4, 5, 3])
    inputs = torch.matmul(torch.slice(matrices, 0, 0, 36), torch.reshape(tiles, [-1, 36, c]))
    maps = torch.permute(torch.reshape(inputs, [1, -1, 1, 36 * c]), [0, 3, 1, 2])
    products = ops.mkldnn._convolution_pointwise(maps, kernel, None, [0, 0], [1, 1], [1, 1], 36, "none", annotate(List[Optional[number]], []), None)
    outputs = torch.matmul(torch.slice(matrices, 0, 36), torch.reshape(torch.permute(products, [0, 2, 3, 1]), [n * rows * columns, 36, -1]))
    parts = torch.permute(torch.reshape(outputs, [n, rows, columns, 4, 4, -1]), [0, 1, 3, 2, 4, 5])
    whole = torch.reshape(parts, [n, 4 * rows, 4 * columns, -1])
    return torch.permute(torch.slice(torch.slice(whole, 1, 0, height), 2, 0, width), [0, 3, 1, 2])

  # So many images at a time that their map has up to 2 MB and its tiles, 2.25 times that, stay in the
  # caches; the same number each time, so that a result does not depend on an image's place.
  def winograd_conv(self: __torch__.Operators, x: Tensor, kernel: Tensor, matrices: Tensor) -> Tensor:
    n = torch.size(x, 0)
    images = ops.prim.min(n, ops.prim.max(torch.floordiv(524288, torch.numel(torch.select(x, 0, 0))), 1))
    uneven = torch.ne(torch.remainder(n, images), 0)
    while uneven:
      images = torch.sub(images, 1)
      uneven = torch.ne(torch.remainder(n, images), 0)
    if torch.lt(images, n):
      each = annotate(List[Tensor], [])
      for part in torch.split(x, images):
        _0 = torch.append(each, self.winograd_few(part, kernel, matrices))
      y = torch.cat(each)
    else:
      y = self.winograd_few(x, kernel, matrices)
    return y

  # How often each array has been written to in place.
  def versions(self: __torch__.Operators, values: List[Tensor], unused: Tensor) -> Tensor:
    counts = annotate(List[int], [])
    for i in range(torch.len(values)):
      _0 = torch.append(counts, torch._version(values[i]))
    return torch.tensor(counts)

  def conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    return self.any_conv(x, weight, bias, int(stride), int(kind))

  # Softmax attention over rows; query, key, value [N, heads, length, width].
  def attention(self: __torch__.Operators, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return torch.scaled_dot_product_attention(query, key, value)

  # ---- the denoiser ----

  # 0 keeps the size, 1 halves it (mean of 2 x 2), 2 doubles it (nearest).
  def resize(self: __torch__.Operators, x: Tensor, resample: Tensor) -> Tensor:
    return self.any_resize(x, int(resample))

  def any_resize(self: __torch__.Operators, x: Tensor, resample: int) -> Tensor:
    if torch.eq(resample, 1):
      y = torch.avg_pool2d(x, [2, 2])
    else:
      if torch.eq(resample, 2):
        y = torch.upsample_nearest2d(x, None, [2.0, 2.0])
      else:
        y = x
    return y

  # Where a 3 x 3 kernel meets a doubled map, its taps fall on pixels that are the same: doubling and
  # convolution are one transposed convolution by 4 x 4 sums of taps, with 4 / 9 of the products. The
  # sums are made in the format of the bias. Not where plain_conv fills channels up: whether the fault
  # that it works around is in transposed convolutions too depends on the processor, perhaps.
  def doubling_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, kind: int) -> Tensor:
    exact = ops.prim.dtype(bias)
    taps = torch.tensor([[0., 0., 1., 1.], [0., 1., 1., 0.], [1., 1., 0., 0.]], dtype=exact, device=ops.prim.device(weight))
    rows = torch.reshape(torch.to(torch.transpose(weight, 0, 1), exact), [-1, 9])
    kernel = torch.reshape(torch.matmul(rows, torch.kron(taps, taps)), [torch.size(weight, 1), -1, 4, 4])
    if torch.ne(kind, 6):
      x, kernel, bias = torch.to(x, kind), torch.to(kernel, kind), torch.to(bias, kind)
    else:
      pass
    return torch.conv_transpose2d(x, kernel, bias, [2, 2], [1, 1])

  def resized_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, resample: int, kind: int) -> Tensor:
    whole = torch.eq(torch.remainder(torch.__or__(torch.size(weight, 0), torch.size(weight, 1)), 16), 0)
    doubles = torch.__and__(torch.eq(resample, 2), torch.eq(torch.size(weight, 2), 3))
    if torch.__and__(torch.__and__(doubles, whole), torch.__not__(weight.is_mkldnn)):
      y = self.doubling_conv(x, weight, bias, kind)
    else:
      y = self.any_conv(self.any_resize(x, resample), weight, bias, 1, kind)
    return y

  def norm_silu_conv(self: __torch__.Operators, x: Tensor, norm_weight: Tensor, norm_bias: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, resample: Tensor, kind: Tensor) -> Tensor:
    h = torch.silu(self.any_norm(x, int(groups), norm_weight, norm_bias))
    return self.resized_conv(h, weight, bias, int(resample), int(kind))

  # The second half of a residual block: modulation by time and latent, dropout, convolution, sum.
  # Dropout scales what it keeps by 1 / (1 - p); convolution being linear, its result is scaled. Where
  # there are more times than maps, maps that do not depend on the latent yet are taken again.
  def modulated_conv(self: __torch__.Operators, h: Tensor, shortcut: Tensor, time: Tensor, latent: Tensor, time_weight: Tensor, time_bias: Tensor, latent_weight: Tensor, latent_bias: Tensor, norm_weight: Tensor, norm_bias: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, dropout: Tensor, training: Tensor, kind: Tensor) -> Tensor:
    t = torch.linear(time, time_weight, time_bias)
    z = torch.linear(latent, latent_weight, latent_bias)
    copies = torch.floordiv(torch.size(time, 0), torch.size(h, 0))
    if torch.gt(copies, 1):
      h, shortcut = torch.repeat(h, [copies, 1, 1, 1]), torch.repeat(shortcut, [copies, 1, 1, 1])
    else:
      pass
    y = self.modulated_norm_silu(h, t, z, norm_weight, norm_bias, groups)
    p = float(dropout)
    if torch.__and__(bool(training), torch.gt(p, 0.0)):
      kept = torch.sub(1.0, p)
      y = self.any_conv(self.drop(y, p), weight, bias * kept, 1, int(kind))
      y = torch.add(shortcut, y, alpha=torch.div(1.0, kept))
    else:
      y = torch.add_(self.any_conv(y, weight, bias, 1, int(kind)), shortcut)
    return y

  def resize_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, resample: Tensor, kind: Tensor) -> Tensor:
    return self.resized_conv(x, weight, bias, int(resample), int(kind))

  # x + output(attention(projection(norm(x)))); the projection holds query, key, value head by head.
  # Projections are 1 x 1 convolutions, so that maps need not be transposed. Up to 1024 pixels the
  # matrix of weights is written out, which is faster here than the engine's attention in tiles,
  # also in backward; beyond, its size would matter.
  def attention_block(self: __torch__.Operators, x: Tensor, norm_weight: Tensor, norm_bias: Tensor, weight: Tensor, bias: Tensor, out_weight: Tensor, out_bias: Tensor, groups: Tensor, heads: Tensor, kind: Tensor) -> Tensor:
    n = torch.size(x, 0)
    c = torch.size(x, 1)
    h = int(heads)
    k = int(kind)
    width = torch.floordiv(c, h)
    normed = self.any_norm(x, int(groups), norm_weight, norm_bias)
    qkv = self.any_conv(normed, torch.reshape(weight, [3 * c, c, 1, 1]), bias, 1, k)
    pixels = torch.reshape(qkv, [n * h, 3 * width, -1])
    if torch.le(torch.size(pixels, 2), 1024):
      query, keys, value = torch.chunk(pixels, 3, 1)
      query = query * torch.pow(width, -0.5)
      weights = torch.softmax(torch.bmm(torch.transpose(query, 1, 2), keys), -1)
      y = torch.bmm(value, torch.transpose(weights, 1, 2))
    else:
      tokens = torch.contiguous(torch.transpose(torch.reshape(pixels, [n, h, 3 * width, -1]), 2, 3))
      query, keys, value = torch.chunk(tokens, 3, -1)
      y = torch.transpose(torch.scaled_dot_product_attention(query, keys, value), 2, 3)
    rows = torch.reshape(y, torch.size(x))
    if torch.is_contiguous(x):
      pass
    else:
      rows = torch.contiguous(rows, memory_format=2)
    out = self.any_conv(rows, torch.reshape(out_weight, [c, c, 1, 1]), out_bias, 1, k)
    return torch.add_(out, x)

  # x + output(attention(query(norm(x)), key_value(tokens))), key and value head by head.
  def cross_attention_block(self: __torch__.Operators, x: Tensor, tokens: Tensor, norm_weight: Tensor, norm_bias: Tensor, query_weight: Tensor, query_bias: Tensor, weight: Tensor, bias: Tensor, out_weight: Tensor, out_bias: Tensor, groups: Tensor, heads: Tensor, kind: Tensor) -> Tensor:
    n = torch.size(x, 0)
    c = torch.size(x, 1)
    h = int(heads)
    k = int(kind)
    width = torch.floordiv(c, h)
    rows = torch.transpose(torch.flatten(self.any_norm(x, int(groups), norm_weight, norm_bias), 2), 1, 2)
    if torch.ne(k, 6):
      rows, tokens = torch.to(rows, k), torch.to(tokens, k)
      query_weight, query_bias = torch.to(query_weight, k), torch.to(query_bias, k)
      weight, bias, out_weight, out_bias = torch.to(weight, k), torch.to(bias, k), torch.to(out_weight, k), torch.to(out_bias, k)
    else:
      pass
    q = torch.transpose(torch.reshape(torch.linear(rows, query_weight, query_bias), [n, -1, h, width]), 1, 2)
    both = torch.transpose(torch.reshape(torch.linear(tokens, weight, bias), [n, -1, h, 2 * width]), 1, 2)
    k0, v = torch.chunk(both, 2, -1)
    y = torch.scaled_dot_product_attention(q, k0, v)
    y = torch.linear(torch.reshape(torch.transpose(y, 1, 2), [n, -1, c]), out_weight, out_bias)
    return x + torch.reshape(torch.transpose(y, 1, 2), torch.size(x))

  # ---- the encoder ----

  # Batch norm of inference as part of the convolution before it. The empty variance tells the
  # operators below.
  def fold_batch_norm(self: __torch__.Operators, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor) -> List[Tensor]:
    scale = weight * torch.rsqrt(variance + 1e-05)
    return [kernel * torch.reshape(scale, [-1, 1, 1, 1]), bias - mean * scale, torch.slice(variance, 0, 0, 0)]

  # A folded kernel that is packed takes the sum into the library's convolution; others are slow
  # on maps that are channels-last. Winograd's kernel and matrices are in the places of the norm's
  # weight and mean. They are taken where tiles are at least half full, which halves the products, and
  # from 32 tiles on, below which reading that larger kernel took longer than it saved.
  def folded_conv(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, sum: Optional[Tensor], stride: int, kind: int, relu: bool) -> Tensor:
    pixels = torch.size(x, 2) * torch.size(x, 3)
    tiles = torch.floordiv(torch.size(x, 2) + 3, 4) * torch.floordiv(torch.size(x, 3) + 3, 4)
    full = torch.__and__(torch.ge(pixels, 8 * tiles), torch.ge(torch.size(x, 0) * tiles, 32))
    winograd = torch.__and__(weight.is_mkldnn, full)
    if torch.__and__(kernel.is_mkldnn, torch.__not__(winograd)):
      y = self.packed_conv(x, kernel, bias, sum, stride, kind, relu)
    else:
      if winograd:
        y = torch.add_(self.winograd_conv(x, weight, mean), torch.reshape(bias, [-1, 1, 1]))
      else:
        y = self.plain_conv(torch.contiguous(x), kernel, bias, stride, kind)
      if sum is not None:
        y = torch.add_(y, unchecked_cast(Tensor, sum))
      else:
        pass
      if relu:
        y = torch.relu_(y)
      else:
        pass
    return y

  # Convolution without bias, then batch norm; updates the running statistics when training.
  def any_conv_norm(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, stride: Tensor, training: Tensor, kind: Tensor) -> Tensor:
    y = self.any_conv(x, kernel, None, int(stride), int(kind))
    return torch.batch_norm(y, weight, bias, mean, variance, bool(training), 0.10000000000000001, 1e-05, True)

  def conv_norm(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, stride: Tensor, training: Tensor, kind: Tensor) -> Tensor:
    if torch.eq(torch.numel(variance), 0):
      y = self.folded_conv(x, kernel, weight, bias, mean, None, int(stride), int(kind), False)
    else:
      y = self.any_conv_norm(x, kernel, weight, bias, mean, variance, stride, training, kind)
    return y

  def conv_norm_relu(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, stride: Tensor, training: Tensor, kind: Tensor) -> Tensor:
    if torch.eq(torch.numel(variance), 0):
      y = self.folded_conv(x, kernel, weight, bias, mean, None, int(stride), int(kind), True)
    else:
      y = torch.relu_(self.any_conv_norm(x, kernel, weight, bias, mean, variance, stride, training, kind))
    return y

  def conv_norm_add_relu(self: __torch__.Operators, x: Tensor, shortcut: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, stride: Tensor, training: Tensor, kind: Tensor) -> Tensor:
    if torch.eq(torch.numel(variance), 0):
      y = self.folded_conv(x, kernel, weight, bias, mean, shortcut, int(stride), int(kind), True)
    else:
      y = torch.relu_(torch.add_(self.any_conv_norm(x, kernel, weight, bias, mean, variance, stride, training, kind), shortcut))
    return y

  # The same with group norm, which has no running statistics and sees each example alone.
  def conv_group_norm(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    y = self.any_conv(x, kernel, None, int(stride), int(kind))
    return self.any_norm(y, int(groups), weight, bias)

  def conv_group_norm_relu(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    return torch.relu_(self.conv_group_norm(x, kernel, weight, bias, groups, stride, kind))

  def conv_group_norm_add_relu(self: __torch__.Operators, x: Tensor, shortcut: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    return torch.relu_(torch.add_(self.conv_group_norm(x, kernel, weight, bias, groups, stride, kind), shortcut))

  # The mean over all pixels, in float32 at least: images differ little along most directions of it.
  def global_pool(self: __torch__.Operators, x: Tensor) -> Tensor:
    if torch.__or__(torch.eq(ops.prim.dtype(x), 15), torch.eq(ops.prim.dtype(x), 5)):
      y = torch.mean(x, [2, 3], dtype=6)
    else:
      y = torch.mean(x, [2, 3])
    return y

  def max_pool(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])

  # ---- the machine ----

  # A matrix product by the library for matrices, or by the one for convolutions.
  def product(self: __torch__.Operators, a: Tensor, b: Tensor, kind: Tensor) -> Tensor:
    left = torch.to(a, int(kind))
    right = torch.to(b, int(kind))
    if torch.eq(torch.dim(left), 2):
      y = torch.mm(left, right)
    else:
      y = torch.conv2d(right, left, None, [1, 1], [0, 0])
    return y

  # ---- parameters ----

  # In place, whatever the data type and device of the source.
  def copy(self: __torch__.Operators, target: Tensor, source: Tensor) -> Tensor:
    return torch.copy_(target, source)

  # ---- training: all parameters in one call ----

  # A parameter that backward has not reached has an undefined gradient, of no elements: zeros then.
  def gradients(self: __torch__.Operators, parameters: List[Tensor]) -> List[Tensor]:
    found = annotate(List[Tensor], [])
    for i in range(torch.len(parameters)):
      gradient = parameters[i].grad
      if torch.eq(torch.numel(gradient), 0):
        _0 = torch.append(found, torch.zeros_like(parameters[i]))
      else:
        _1 = torch.append(found, gradient)
    return found

  # The L2 norm of every parameter's gradient.
  def gradient_norms(self: __torch__.Operators, parameters: List[Tensor]) -> Tensor:
    return torch.stack(torch._foreach_norm(self.gradients(parameters), 2))

  # One AdamW step, in place, on gradients times `scale`, which are overwritten.
  def adamw(self: __torch__.Operators, parameters: List[Tensor], average: List[Tensor], square: List[Tensor], step: Tensor, rate: Tensor, beta1: Tensor, beta2: Tensor, decay: Tensor, epsilon: Tensor, scale: Tensor) -> Tensor:
    gradients = self.gradients(parameters)
    steps = annotate(List[Tensor], [])
    for i in range(torch.len(parameters)):
      _0 = torch.append(steps, step)
    divisor = torch.to(torch.reciprocal(scale), ops.prim.device(parameters[0]), 6)
    torch._fused_adamw_(parameters, gradients, average, square, annotate(List[Tensor], []), steps, lr=float(rate), beta1=float(beta1), beta2=float(beta2), weight_decay=float(decay), eps=float(epsilon), amsgrad=False, maximize=False, grad_scale=divisor)
    return step

  # shadow += (1 - decay) * (value - shadow)
  def moving_average(self: __torch__.Operators, shadow: List[Tensor], values: List[Tensor], decay: Tensor) -> Tensor:
    torch._foreach_lerp_(shadow, values, 1.0 - float(decay))
    return decay

  # Exchanges the values of two lists, bit for bit.
  def exchange(self: __torch__.Operators, left: List[Tensor], right: List[Tensor], unused: Tensor) -> Tensor:
    for i in range(torch.len(left)):
      before = torch.clone(left[i])
      _0 = torch.copy_(left[i], right[i])
      _1 = torch.copy_(right[i], before)
    return unused

  # ---- several processes ----

  # Arrays one after another in a flat bucket.
  def any_gather(self: __torch__.Operators, values: List[Tensor], bucket: Tensor) -> Tensor:
    flat = annotate(List[Tensor], [])
    for i in range(torch.len(values)):
      _0 = torch.append(flat, torch.reshape(values[i], [-1]))
    return torch.cat(flat, 0, out=bucket)

  # What the bucket holds, times scale, back to the arrays. The bucket is scaled too.
  def any_scatter(self: __torch__.Operators, values: List[Tensor], bucket: Tensor, scale: float) -> Tensor:
    _0 = torch.mul_(bucket, scale)
    sizes = annotate(List[int], [])
    for i in range(torch.len(values)):
      _1 = torch.append(sizes, torch.numel(values[i]))
    parts = torch.split_with_sizes(bucket, sizes)
    for j in range(torch.len(values)):
      _2 = torch.copy_(values[j], torch.reshape(parts[j], torch.size(values[j])))
    return bucket

  def gather(self: __torch__.Operators, values: List[Tensor], bucket: Tensor) -> Tensor:
    return self.any_gather(values, bucket)

  def scatter(self: __torch__.Operators, values: List[Tensor], bucket: Tensor, scale: Tensor) -> Tensor:
    return self.any_scatter(values, bucket, float(scale))

  def gather_gradients(self: __torch__.Operators, parameters: List[Tensor], bucket: Tensor) -> Tensor:
    return self.any_gather(self.gradients(parameters), bucket)

  def scatter_gradients(self: __torch__.Operators, parameters: List[Tensor], bucket: Tensor, scale: Tensor) -> Tensor:
    return self.any_scatter(self.gradients(parameters), bucket, float(scale))

  # The bits of each array of float32, added up as whole numbers.
  def bit_sums(self: __torch__.Operators, values: List[Tensor], unused: Tensor) -> Tensor:
    sums = annotate(List[Tensor], [])
    for i in range(torch.len(values)):
      _0 = torch.append(sums, torch.sum(torch.view_copy(torch.contiguous(values[i]), dtype=3), dtype=4))
    return torch.stack(sums)
