# Fast ways of computing, continuing the class of operators.py: each stands for plain operators there, is
# described by an org.soda4j.engine.FastKernel, and is compared with them where it runs, by the methods at
# the end.

  # ---- the denoiser in training ----

  # Zeroes elements of x with probability p, to 1 / 32768, without scaling the others. The engine's own
  # dropout on a CPU draws one number for each element, on one thread; a random word serves four here.
  # What applies them fastest is the backward of a threshold, which passes x where not r <= threshold:
  # r are the random bits, read as a number of bfloat16. Without the bit that makes it 2 or more it is
  # finite; the most negative such numbers, and then those from zero upwards, are counted to p. A map
  # of float16 becomes float32, which the convolution after it converts.
  def drop(self: __torch__.Operators, x: Tensor, p: float) -> Tensor:
    words = torch.empty([torch.floordiv(torch.add(torch.numel(x), 3), 4)], dtype=4, device=ops.prim.device(x))
    lowest = torch.mul(-4611686018427387904, 2)
    return self.drop_by(x, torch.random_(words, lowest, None), p)

  def drop_by(self: __torch__.Operators, x: Tensor, words: Tensor, p: float) -> Tensor:
    bits = torch.bitwise_and_(words, -4611756388245323777)
    r = torch.reshape(torch.slice(torch.view_copy(bits, dtype=15), 0, 0, torch.numel(x)), torch.size(x))
    share = int(torch.round(torch.mul(p, 32768)))
    pattern = torch.sub(share, 16385)
    if torch.le(share, 16384):
      pattern = torch.sub(-16384, share)
    else:
      pass
    threshold = float(torch.view_copy(torch.tensor([pattern], dtype=2), dtype=15))
    return torch.threshold_backward(x, r, threshold)

  # The matrix that makes 16 sums of 9 taps, and the 4 x 4 kernel of sums, input channels first.
  def doubling_taps(self: __torch__.Operators, weight: Tensor) -> Tuple[Tensor, Tensor]:
    taps = torch.tensor([[0., 0., 1., 1.], [0., 1., 1., 0.], [1., 1., 0., 0.]], dtype=ops.prim.dtype(weight), device=ops.prim.device(weight))
    sums = torch.kron(taps, taps)
    rows = torch.reshape(torch.transpose(weight, 0, 1), [-1, 9])
    return (sums, torch.reshape(torch.matmul(rows, sums), [torch.size(weight, 1), -1, 4, 4]))

  # Where a 3 x 3 kernel meets a doubled map, its taps fall on pixels that are the same: doubling and
  # convolution are one transposed convolution by 4 x 4 sums of taps, with 4 / 9 of the products. The
  # sums are made in the format of the bias. Input channels a multiple of 16, output channels of 32: with
  # an odd number of blocks of 16 the CPU library sums wrongly on processors that do not say how large
  # their caches are.
  def doubling_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, kind: int) -> Tensor:
    exact = ops.prim.dtype(bias)
    _0, kernel = self.doubling_taps(torch.to(weight, exact))
    if torch.ne(kind, 6):
      x, kernel, bias = torch.to(x, kind), torch.to(kernel, kind), torch.to(bias, kind)
    else:
      pass
    return torch.conv_transpose2d(x, kernel, bias, [2, 2], [1, 1])

  # ---- inference on a CPU ----

  # With a kernel that pack_kernel made, whose input channels may be filled up; the result is
  # channels-last. `sum`, where there is one, is added before ReLU and overwritten. The library's own
  # ReLU would make 0 of NaN, so that what went wrong would look like a result: after a sum it is the
  # engine's, otherwise a leaky one, whose slope of 1e-30 adds nothing to any sum and keeps NaN.
  def packed_conv(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Optional[Tensor], sum: Optional[Tensor], stride: int, kind: int, relu: bool) -> Tensor:
    pad = torch.floordiv(torch.size(weight, 2), 2)
    in_fill = torch.sub(torch.size(weight, 1), torch.size(x, 1))
    if torch.gt(in_fill, 0):
      x, stride = self.filled(x, in_fill, stride, pad)
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

  # A kernel in the format of maps, laid out as the CPU library wants it, for inference.
  def pack_kernel(self: __torch__.Operators, weight: Tensor, kind: Tensor) -> Tensor:
    pad = torch.floordiv(torch.size(weight, 2), 2)
    outputs, inputs, size, _0 = torch.size(weight)
    in_fill = torch.remainder(torch.neg(inputs), 16)
    in_fill = torch.add(in_fill, self.fault_fill(outputs, torch.add(inputs, in_fill), size))
    w = torch.to(weight, int(kind))
    if torch.gt(in_fill, 0):
      w = torch.constant_pad_nd(w, [0, 0, 0, 0, 0, in_fill])
    else:
      pass
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

  # Batch norm of inference as part of the convolution before it: kernel and bias.
  def fold_batch_norm(self: __torch__.Operators, kernel: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor) -> List[Tensor]:
    scale = weight * torch.rsqrt(variance + 1e-05)
    return [kernel * torch.reshape(scale, [-1, 1, 1, 1]), bias - mean * scale]

  # What follows a convolution of inference.
  def finished(self: __torch__.Operators, y: Tensor, sum: Optional[Tensor], relu: bool) -> Tensor:
    if sum is not None:
      y = torch.add_(y, unchecked_cast(Tensor, sum))
    else:
      pass
    if relu:
      y = torch.relu_(y)
    else:
      pass
    return y

  def folded_conv(self: __torch__.Operators, x: Tensor, kernel: Tensor, bias: Tensor, stride: Tensor, relu: Tensor, kind: Tensor) -> Tensor:
    return self.finished(self.plain_conv(torch.contiguous(x), kernel, bias, int(stride), int(kind)), None, bool(relu))

  def folded_conv_add_relu(self: __torch__.Operators, x: Tensor, shortcut: Tensor, kernel: Tensor, bias: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    return self.finished(self.plain_conv(torch.contiguous(x), kernel, bias, int(stride), int(kind)), shortcut, True)

  def packed_folded_conv(self: __torch__.Operators, x: Tensor, kernel: Tensor, bias: Tensor, stride: Tensor, relu: Tensor, kind: Tensor) -> Tensor:
    return self.packed_conv(x, kernel, bias, None, int(stride), int(kind), bool(relu))

  def packed_folded_conv_add_relu(self: __torch__.Operators, x: Tensor, shortcut: Tensor, kernel: Tensor, bias: Tensor, stride: Tensor, kind: Tensor) -> Tensor:
    return self.packed_conv(x, kernel, bias, shortcut, int(stride), int(kind), True)

  def winograd_folded_conv(self: __torch__.Operators, x: Tensor, kernel: Tensor, matrices: Tensor, bias: Tensor, relu: Tensor) -> Tensor:
    y = torch.add_(self.winograd_conv(x, kernel, matrices), torch.reshape(bias, [-1, 1, 1]))
    return self.finished(y, None, bool(relu))

  def winograd_folded_conv_add_relu(self: __torch__.Operators, x: Tensor, shortcut: Tensor, kernel: Tensor, matrices: Tensor, bias: Tensor) -> Tensor:
    y = torch.add_(self.winograd_conv(x, kernel, matrices), torch.reshape(bias, [-1, 1, 1]))
    return self.finished(y, shortcut, True)

  # ---- all parameters in one call ----

  # One AdamW step, in place, on gradients times `scale`, which are overwritten.
  def fused_adamw(self: __torch__.Operators, parameters: List[Tensor], average: List[Tensor], square: List[Tensor], step: Tensor, rate: Tensor, beta1: Tensor, beta2: Tensor, decay: Tensor, epsilon: Tensor, scale: Tensor) -> Tensor:
    return self.fused_adamw_by(parameters, self.gradients(parameters), average, square, step, float(rate), float(beta1), float(beta2), float(decay), float(epsilon), scale)

  def fused_adamw_by(self: __torch__.Operators, parameters: List[Tensor], gradients: List[Tensor], average: List[Tensor], square: List[Tensor], step: Tensor, rate: float, beta1: float, beta2: float, decay: float, epsilon: float, scale: Tensor) -> Tensor:
    steps = annotate(List[Tensor], [])
    for i in range(torch.len(parameters)):
      _0 = torch.append(steps, step)
    divisor = torch.to(torch.reciprocal(scale), ops.prim.device(parameters[0]), 6)
    torch._fused_adamw_(parameters, gradients, average, square, annotate(List[Tensor], []), steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False, grad_scale=divisor)
    return step

  # ---- trials: what a fast way and the plain one give for the same input ----

  # Numbers between -1 and 1 that look drawn by chance, the same on every machine; after a prime number
  # of them they come again. In formats of 16 bits they are multiples of 1 / 128, which these hold exactly.
  def pattern(self: __torch__.Operators, like: Tensor, count: Tensor, start: Tensor, kind: Tensor) -> Tensor:
    n, k = int(count), int(kind)
    steps = torch.arange(ops.prim.min(n, 65537), dtype=7, device=ops.prim.device(like))
    digits = torch.sin_(torch.add_(torch.mul_(steps, 12.9898), float(start))) * 43758.5453
    numbers = torch.to(torch.sub_(torch.mul_(torch.sub_(digits, torch.floor(digits)), 2), 1), 6)
    if torch.ne(k, 6):
      numbers = torch.to(torch.div_(torch.round_(torch.mul_(numbers, 128)), 128), k)
    else:
      pass
    return torch.slice(torch.repeat(numbers, [torch.floordiv(n, 65537) + 1]), 0, 0, n)

  # Result and gradients of x, kernel and bias for the gradient dy, without autograd.
  def doubling_trial(self: __torch__.Operators, x: Tensor, kernel: Tensor, bias: Tensor, dy: Tensor, kind: Tensor) -> List[Tensor]:
    k = int(kind)
    y = self.doubling_conv(x, kernel, bias, k)
    taps, both = self.doubling_taps(kernel)
    dx, dw, db = torch.convolution_backward(torch.to(dy, k), torch.to(x, k), torch.to(both, k), [torch.size(kernel, 0)], [2, 2], [1, 1], [1, 1], True, [0, 0], 1, [True, True, True])
    rows = torch.matmul(torch.reshape(torch.to(dw, 6), [-1, 16]), torch.t(taps))
    return [torch.to(y, 6), torch.to(dx, 6), torch.transpose(torch.reshape(rows, [torch.size(kernel, 1), -1, 3, 3]), 0, 1), torch.to(db, 6)]

  def doubling_plain(self: __torch__.Operators, x: Tensor, kernel: Tensor, bias: Tensor, dy: Tensor, kind: Tensor) -> List[Tensor]:
    k = int(kind)
    doubled = self.any_resize(torch.to(x, k), 2)
    weight = torch.to(kernel, k)
    y = torch.conv2d(doubled, weight, torch.to(bias, k), [1, 1], [1, 1])
    dx, dw, db = torch.convolution_backward(torch.to(dy, k), doubled, weight, [torch.size(kernel, 0)], [1, 1], [1, 1], [1, 1], False, [0, 0], 1, [True, True, True])
    return [torch.to(y, 6), torch.avg_pool2d(torch.to(dx, 6), [2, 2]) * 4, torch.to(dw, 6), torch.to(db, 6)]

  # Every pattern of 16 bits once, as the random words of dropout.
  def drop_trial(self: __torch__.Operators, x: Tensor, p: Tensor) -> Tensor:
    patterns = torch.to(torch.arange(65536, dtype=3, device=ops.prim.device(x)) - 32768, 2)
    return self.drop_by(x, torch.view_copy(patterns, dtype=4), float(p))

  # Three steps with gradients that change.
  def adamw_trial(self: __torch__.Operators, parameter: Tensor, average: Tensor, square: Tensor, gradient: Tensor, fused: Tensor) -> List[Tensor]:
    rate, beta1, beta2, decay, epsilon = 0.001, 0.9, 0.999, 0.05, 1e-08
    scale = torch.tensor(0.5, dtype=7)
    values, m, v = [torch.clone(parameter)], [torch.clone(average)], [torch.clone(square)]
    for i in range(3):
      gradients = [gradient * (i + 1)]
      step = torch.to(torch.tensor(i + 1), ops.prim.device(parameter), 6)
      if bool(fused):
        _0 = self.fused_adamw_by(values, gradients, m, v, step, rate, beta1, beta2, decay, epsilon, scale)
      else:
        _0 = self.adamw_by(values, gradients, m, v, i + 1, rate, beta1, beta2, decay, epsilon, float(scale))
    return [values[0], m[0], v[0]]
