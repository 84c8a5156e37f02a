# The operators that DJL lacks, as TorchScript. Read by org.soda4j.engine.Operators; every public method
# here has a typed method of the like name there. kernels.py continues this class. Scalars arrive as
# 0-d tensors on the CPU, because that is all the engine's calling convention carries.
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

  # ---- latents ----

  # The lower triangle whose product with its transpose is a symmetric positive definite matrix.
  def cholesky(self: __torch__.Operators, matrix: Tensor) -> Tensor:
    return torch.linalg_cholesky(matrix)

  # What the lower triangle, or its transpose, takes to b.
  def solve_triangle(self: __torch__.Operators, lower: Tensor, b: Tensor, transposed: Tensor) -> Tensor:
    if bool(transposed):
      y = torch.linalg_solve_triangular(torch.t(lower), b, upper=True)
    else:
      y = torch.linalg_solve_triangular(lower, b, upper=False)
    return y

  # The exponential of the entropy of the covariance's spectrum: squares of the singular values of
  # the centred rows, by their sum.
  def effective_rank(self: __torch__.Operators, rows: Tensor) -> Tensor:
    s = torch.linalg_svdvals(torch.sub(rows, torch.mean(rows, [0], True)))
    power = torch.mul(s, s)
    total = torch.sum(power)
    p = torch.div(power, torch.clamp_min(total, 1e-30))
    entropy = torch.neg(torch.sum(torch.special_xlogy(p, p)))
    return torch.mul(torch.exp(entropy), torch.to(torch.gt(total, 0.), 6))

  # The mean over random directions of the integral of |phi_N(t) - exp(-t^2 / 2)|^2
  # exp(-t^2 / 2), phi_N the characteristic function of the projected rows; by trapezoids over
  # 0 .. 3, twice, because the integrand is even.
  def sig_reg(self: __torch__.Operators, rows: Tensor) -> Tensor:
    d = torch.size(rows, 1)
    directions = torch.randn([d, 256], dtype=6, layout=None, device=ops.prim.device(rows), pin_memory=False)
    directions = torch.div(directions, torch.norm(directions, 2, [0], True))
    t = torch.linspace(0., 3., 17, dtype=6, layout=None, device=ops.prim.device(rows), pin_memory=False)
    normal = torch.exp(torch.mul(torch.mul(t, t), -0.5))
    weights = torch.mul(normal, 0.375)
    _0 = torch.mul_(torch.select(weights, 0, 0), 0.5)
    _1 = torch.mul_(torch.select(weights, 0, 16), 0.5)
    angles = torch.mul(torch.unsqueeze(torch.matmul(rows, directions), 2), t)
    real = torch.sub(torch.mean(torch.cos(angles), [0]), normal)
    imaginary = torch.mean(torch.sin(angles), [0])
    distance = torch.add(torch.mul(real, real), torch.mul(imaginary, imaginary))
    return torch.mean(torch.matmul(distance, weights))

  # ---- linear, convolution, attention ----

  def linear(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.linear(x, weight, bias)

  # The CPU library (oneDNN 3.7.1) treats 1 x 1 kernels between these numbers of channels by a rule of
  # their own, which divides by zero, and so ends the process, where the system does not say how large
  # the caches are: forward on channels-last maps, backward in the other direction, too. With 16 more
  # input channels, of zeros, they are kernels like all others.
  def fault_fill(self: __torch__.Operators, outputs: int, inputs: int, size: int) -> int:
    low = ops.prim.min(outputs, inputs)
    high = ops.prim.max(outputs, inputs)
    to_high = torch.__and__(torch.eq(high, 1024), torch.__or__(torch.eq(low, 256), torch.eq(low, 512)))
    to_higher = torch.__and__(torch.eq(high, 2048), torch.__or__(torch.eq(low, 512), torch.eq(low, 1024)))
    fill = 0
    if torch.__and__(torch.eq(size, 1), torch.__or__(to_high, to_higher)):
      fill = 16
    else:
      pass
    return fill

  # Whether the engine might ask its library for small convolutions (NNPACK), in this one or its
  # gradients: by its own rules wherever oneDNN does not take it, which are a single small map, on one
  # thread a 1 x 1 kernel for fewer than 16, and number formats that oneDNN or the processor lacks. On
  # processors that NNPACK does not know, each such call writes a line to standard error.
  def asks_nnpack(self: __torch__.Operators, x: Tensor, w: Tensor, stride: int) -> bool:
    format = ops.prim.dtype(x)
    asks = False
    if x.is_cuda:
      pass
    else:
      if torch.eq(format, 6):
        images = torch.size(x, 0)
        if torch.eq(images, 1):
          asks = torch.__and__(torch.le(torch.size(w, 2), 3), torch.le(torch.numel(x), 20480))
        else:
          pass
        if torch.__and__(torch.lt(images, 16), torch.eq(stride, 1)):
          asks = torch.__or__(asks, torch.eq(torch.size(w, 2), 1))
        else:
          pass
      else:
        if torch.eq(format, 15):
          asks = torch.__not__(ops.mkldnn._is_mkldnn_bf16_supported())
        else:
          if torch.eq(format, 5):
            asks = torch.__not__(ops.mkldnn._is_mkldnn_fp16_supported())
          else:
            asks = True
    return asks

  # A convolution as a product with the columns of pixels below the kernel, which is what the engine does
  # where NNPACK is missing.
  def column_conv(self: __torch__.Operators, x: Tensor, w: Tensor, bias: Optional[Tensor], stride: int, pad: int) -> Tensor:
    size = torch.size(w, 2)
    height = torch.add(torch.floordiv(torch.sub(torch.size(x, 2), 1), stride), 1)
    width = torch.add(torch.floordiv(torch.sub(torch.size(x, 3), 1), stride), 1)
    if torch.__and__(torch.eq(size, 1), torch.eq(stride, 1)):
      columns = torch.flatten(x, 2)
    else:
      columns = torch.im2col(x, [size, size], [1, 1], [pad, pad], [stride, stride])
    y = torch.reshape(torch.matmul(torch.flatten(w, 1), columns), [torch.size(x, 0), torch.size(w, 0), height, width])
    if bias is not None:
      y = torch.add_(y, torch.reshape(unchecked_cast(Tensor, bias), [-1, 1, 1]))
    else:
      pass
    return y

  # A map with further channels of zeros, and the stride that is left: a 1 x 1 kernel reads no other pixels.
  def filled(self: __torch__.Operators, x: Tensor, in_fill: int, stride: int, pad: int) -> Tuple[Tensor, int]:
    if torch.__and__(torch.gt(stride, 1), torch.eq(pad, 0)):
      x = torch.slice(torch.slice(x, 2, 0, None, stride), 3, 0, None, stride)
      stride = 1
    else:
      pass
    return (torch.constant_pad_nd(x, [0, 0, 0, 0, 0, in_fill]), stride)

  # Square odd kernel, padding that keeps the size at stride 1. The convolution kernels of this
  # engine's CPU library (oneDNN 3.7.1) fill their blocks of 16 channels up with memory that they do
  # not clear, so that sums over another number of channels are wrong, silently: channels are filled
  # up with zeros here. In float32, up to 4 input channels, it has kernels without blocks. Its 1 x 1
  # kernels in float32 sum channels-last maps wrongly, too, where it does not know how large the caches
  # are, from 512 output channels on, at some sizes of the map: they get contiguous ones.
  def plain_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Optional[Tensor], stride: int, kind: int) -> Tensor:
    pad = torch.floordiv(torch.size(weight, 2), 2)
    channels = torch.size(weight, 0)
    inputs = torch.size(weight, 1)
    if torch.__and__(torch.eq(pad, 0), torch.eq(kind, 6)):
      x = torch.contiguous(x)
    else:
      pass
    out_fill = torch.remainder(torch.neg(channels), 16)
    in_fill = 0
    if torch.__or__(torch.ne(kind, 6), torch.gt(inputs, 4)):
      in_fill = torch.remainder(torch.neg(inputs), 16)
    else:
      pass
    in_fill = torch.add(in_fill, self.fault_fill(torch.add(channels, out_fill), torch.add(inputs, in_fill), torch.size(weight, 2)))
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
      x, stride = self.filled(x, in_fill, stride, pad)
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
    if self.asks_nnpack(x, w, stride):
      y = self.column_conv(x, w, b, stride, pad)
    else:
      y = torch.conv2d(x, w, b, [stride, stride], [pad, pad])
    if torch.gt(out_fill, 0):
      y = torch.slice(y, 1, 0, channels)
    else:
      pass
    return y

  def any_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Optional[Tensor], stride: int, kind: int) -> Tensor:
    if weight.is_mkldnn:
      y = self.packed_conv(x, weight, bias, None, stride, kind, False)
    else:
      y = self.plain_conv(x, weight, bias, stride, kind)
    return y

  # How often each array has been written to in place.
  def versions(self: __torch__.Operators, values: List[Tensor], unused: Tensor) -> Tensor:
    counts = annotate(List[int], [])
    for i in range(torch.len(values)):
      _0 = torch.append(counts, torch._version(values[i]))
    return torch.tensor(counts)

  def conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    return self.any_conv(x, weight, bias, int(stride), int(kind))

  # ---- the denoiser ----

  # 0 keeps the size, 1 halves it (mean of 2 x 2), 2 doubles it (nearest), 3 doubles it as part of the
  # convolution after it.
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

  def resized_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, resample: int, kind: int) -> Tensor:
    if torch.__and__(torch.eq(resample, 3), torch.__not__(weight.is_mkldnn)):
      y = self.doubling_conv(x, weight, bias, kind)
    else:
      y = self.any_conv(self.any_resize(x, ops.prim.min(resample, 2)), weight, bias, 1, kind)
    return y

  def norm_silu_conv(self: __torch__.Operators, x: Tensor, norm_weight: Tensor, norm_bias: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, resample: Tensor, kind: Tensor) -> Tensor:
    h = torch.silu(self.any_norm(x, int(groups), norm_weight, norm_bias))
    return self.resized_conv(h, weight, bias, int(resample), int(kind))

  # The second half of a residual block: modulation by time and latent, dropout, convolution, sum.
  # `drops` is 0 for no dropout, 1 for the engine's, 2 for the one from random bits. Dropout scales what
  # it keeps by 1 / (1 - p); convolution being linear, its result can be scaled instead. Where there are
  # more times than maps, maps that do not depend on the latent yet are taken again.
  def modulated_conv(self: __torch__.Operators, h: Tensor, shortcut: Tensor, time: Tensor, latent: Tensor, time_weight: Tensor, time_bias: Tensor, latent_weight: Tensor, latent_bias: Tensor, norm_weight: Tensor, norm_bias: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, dropout: Tensor, drops: Tensor, kind: Tensor) -> Tensor:
    t = torch.linear(time, time_weight, time_bias)
    z = torch.linear(latent, latent_weight, latent_bias)
    copies = torch.floordiv(torch.size(time, 0), torch.size(h, 0))
    if torch.gt(copies, 1):
      h, shortcut = torch.repeat(h, [copies, 1, 1, 1]), torch.repeat(shortcut, [copies, 1, 1, 1])
    else:
      pass
    y = self.modulated_norm_silu(h, t, z, norm_weight, norm_bias, groups)
    p = float(dropout)
    if torch.eq(int(drops), 1):
      y = torch.dropout(y, p, True)
    else:
      pass
    if torch.eq(int(drops), 2):
      kept = torch.sub(1.0, p)
      y = self.any_conv(self.drop(y, p), weight, bias * kept, 1, int(kind))
      y = torch.add(shortcut, y, alpha=torch.div(1.0, kept))
    else:
      y = torch.add_(self.any_conv(y, weight, bias, 1, int(kind)), shortcut)
    return y

  def resize_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, resample: Tensor, kind: Tensor) -> Tensor:
    return self.resized_conv(x, weight, bias, int(resample), int(kind))

  # In place: nothing that backward reads again is the sum of a residual block.
  def scaled(self: __torch__.Operators, x: Tensor, factor: Tensor) -> Tensor:
    return torch.mul_(x, float(factor))

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

  # Convolution without bias, then batch norm; updates the running statistics when training.
  def any_conv_norm(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, stride: Tensor, training: Tensor, kind: Tensor) -> Tensor:
    y = self.any_conv(x, kernel, None, int(stride), int(kind))
    return torch.batch_norm(y, weight, bias, mean, variance, bool(training), 0.10000000000000001, 1e-05, True)

  def conv_norm(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, stride: Tensor, training: Tensor, kind: Tensor) -> Tensor:
    return self.any_conv_norm(x, kernel, weight, bias, mean, variance, stride, training, kind)

  def conv_norm_relu(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, stride: Tensor, training: Tensor, kind: Tensor) -> Tensor:
    return torch.relu_(self.any_conv_norm(x, kernel, weight, bias, mean, variance, stride, training, kind))

  def conv_norm_add_relu(self: __torch__.Operators, x: Tensor, shortcut: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, stride: Tensor, training: Tensor, kind: Tensor) -> Tensor:
    return torch.relu_(torch.add_(self.any_conv_norm(x, kernel, weight, bias, mean, variance, stride, training, kind), shortcut))

  # The same with group norm, which has no running statistics and sees each example alone.
  def conv_group_norm(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    y = self.any_conv(x, kernel, None, int(stride), int(kind))
    return self.any_norm(y, int(groups), weight, bias)

  def conv_group_norm_relu(self: __torch__.Operators, x: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    return torch.relu_(self.conv_group_norm(x, kernel, weight, bias, groups, stride, kind))

  def conv_group_norm_add_relu(self: __torch__.Operators, x: Tensor, shortcut: Tensor, kernel: Tensor, weight: Tensor, bias: Tensor, groups: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    return torch.relu_(torch.add_(self.conv_group_norm(x, kernel, weight, bias, groups, stride, kind), shortcut))

  # Pre-activation: the norm and ReLU in front of a convolution, and the convolution by itself.
  def norm_relu(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, training: Tensor) -> Tensor:
    return torch.relu_(torch.batch_norm(x, weight, bias, mean, variance, bool(training), 0.10000000000000001, 1e-05, True))

  def group_norm_relu(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, groups: Tensor) -> Tensor:
    return torch.relu_(self.any_norm(x, int(groups), weight, bias))

  def bare_conv(self: __torch__.Operators, x: Tensor, kernel: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    return self.any_conv(x, kernel, None, int(stride), int(kind))

  def bare_conv_add(self: __torch__.Operators, x: Tensor, shortcut: Tensor, kernel: Tensor, kind: Tensor) -> Tensor:
    return torch.add_(self.any_conv(x, kernel, None, 1, int(kind)), shortcut)

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

  # One AdamW step, in place, on gradients times `scale`, as PyTorch's documentation writes it.
  def adamw(self: __torch__.Operators, parameters: List[Tensor], average: List[Tensor], square: List[Tensor], step: Tensor, rate: Tensor, beta1: Tensor, beta2: Tensor, decay: Tensor, epsilon: Tensor, scale: Tensor) -> Tensor:
    _0 = self.adamw_by(parameters, self.gradients(parameters), average, square, int(step), float(rate), float(beta1), float(beta2), float(decay), float(epsilon), float(scale))
    return step

  def adamw_by(self: __torch__.Operators, parameters: List[Tensor], gradients: List[Tensor], average: List[Tensor], square: List[Tensor], step: int, rate: float, beta1: float, beta2: float, decay: float, epsilon: float, scale: float) -> int:
    corrected = rate / (1.0 - torch.pow(beta1, step))
    root = torch.pow(1.0 - torch.pow(beta2, step), 0.5)
    for i in range(torch.len(parameters)):
      value = torch.detach(parameters[i])
      gradient = gradients[i] * scale
      _0 = torch.mul_(value, 1.0 - rate * decay)
      _1 = torch.add_(torch.mul_(average[i], beta1), gradient, alpha=1.0 - beta1)
      _2 = torch.addcmul_(torch.mul_(square[i], beta2), gradient, gradient, value=1.0 - beta2)
      _3 = torch.addcdiv_(value, average[i], torch.sqrt(square[i]) / root + epsilon, value=torch.neg(corrected))
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
