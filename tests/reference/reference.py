"""LiftPool in float64 PyTorch: slow, plain, and independent of the C# library.

Source: J. Zhao and C. G. M. Snoek, "LiftPool: Bidirectional ConvNet Pooling",
ICLR 2021, arXiv 2104.00996.

This file is written from the mathematics alone, so that a mistake in the
library is not repeated here. It is meant to be read from top to bottom:

    split     x -> (xe, xo)          samples are counted from one:
    predict   d = xo - P(xe)         xo = x[0::2], xe = x[1::2]
    update    s = xe + U(d)

Where the paper is silent or contradicts itself, these choices hold:

* c_u is ||s - xo||, as the paper's formula says; its text says that s should be
  close to xe.
* The paper writes the 2-norm. "MeanSquare" is the mean of squares over the whole
  tensor of a step; "L2" is the 2-norm of each sample, averaged over the batch.
  Every 1-D step has its own term and the terms are summed. An empty batch
  contributes 0, and the gradient of L2 at zero is 0.
* In 2-D and 3-D every step uses the same P and U. The axes are lifted last to
  first (horizontal, vertical, depth), and a band's name has one letter an axis in
  that order: LH is low horizontally and high vertically.
* Odd sizes follow MaxPool: floor mode sets the last sample aside, ceil mode repeats
  it once; both happen on every axis before the first step.
* A learned reduction has one row of gains for each *chosen* band. Bands stand in the
  order L before H, first letter first: LL, LH, HL, HH; LLL, LLH, LHL ... HHH.

checks.py holds what is known about this file from elsewhere: PyTorch's own modules,
PyWavelets, finite differences, answers worked out by hand.
"""

import itertools
import math
from dataclasses import dataclass, field

import torch
from torch.nn import functional

NORMS = ("MeanSquare", "L2")
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


# --- P and U -----------------------------------------------------------------------


def pad(x, radius, mode):
    """Lengthens the last axis of x by `radius` samples on both sides.

    Each mode is a rule which says where the sample at position i comes from.
    """
    length = x.shape[-1]
    if mode == "reflect" and not radius < length:
        raise ValueError(f"reflect needs K/2 < half-length, got {radius} and {length}")
    if mode == "circular" and not radius <= length:
        raise ValueError(f"circular needs K/2 <= half-length, got {radius} and {length}")
    positions = range(-radius, length + radius)
    if mode == "zeros":
        border = x.new_zeros(x.shape[:-1] + (radius,))
        return torch.cat([border, x, border], dim=-1)
    if mode == "reflect":  # the border sample itself is not repeated
        last = length - 1
        source = [last - abs(last - abs(i)) for i in positions]
    elif mode == "replicate":
        source = [min(max(i, 0), length - 1) for i in positions]
    elif mode == "circular":
        source = [i % length for i in positions]
    else:
        raise ValueError(f"unknown padding mode {mode}")
    return x[..., source]


@dataclass
class Operator:
    """P or U: [B, C, L] -> [B, C, L], Conv1d -> ReLU -> Conv1d(kernel 1) -> Tanh."""

    conv_weight: torch.Tensor  # [C, C / groups, K]
    proj_weight: torch.Tensor  # [C, C / proj_groups, 1]
    conv_bias: torch.Tensor = None
    proj_bias: torch.Tensor = None
    padding_mode: str = "zeros"

    def filtered(self, x):
        """The argument of the ReLU."""
        channels, channels_per_group, kernel_size = self.conv_weight.shape
        padded = pad(x, kernel_size // 2, self.padding_mode)
        return functional.conv1d(
            padded, self.conv_weight, self.conv_bias, groups=channels // channels_per_group
        )

    def __call__(self, x):
        channels, channels_per_group, _ = self.proj_weight.shape
        projected = functional.conv1d(
            torch.relu(self.filtered(x)),
            self.proj_weight,
            self.proj_bias,
            groups=channels // channels_per_group,
        )
        return torch.tanh(projected)


def along(operator, x, axis):
    """Applies an operator on [B, C, L] to x of shape [N, C, ...] along one axis.

    All other spatial axes join the batch.
    """
    moved = x.movedim(axis, -1).movedim(1, -2)  # [N, others..., C, L]
    rows = math.prod(moved.shape[:-2])  # -1 would be ambiguous for an empty batch
    result = operator(moved.reshape(rows, *moved.shape[-2:]))
    return result.reshape(moved.shape).movedim(-2, 1).movedim(-1, axis)


# --- One lifting step --------------------------------------------------------------


def every_second(x, start, axis):
    index = [slice(None)] * x.dim()
    index[axis] = slice(start, None, 2)
    return x[tuple(index)]


def split(x, axis):
    return every_second(x, 1, axis), every_second(x, 0, axis)  # xe, xo


def merge(xe, xo, axis):
    pairs = torch.stack([xo, xe], dim=-1)  # [..., 2]
    pairs = pairs.movedim(-1, axis % xe.dim() + 1)  # each pair next to its axis
    shape = list(xe.shape)
    shape[axis] *= 2
    return pairs.reshape(shape)


def lift_step(x, axis, predict, update):
    xe, xo = split(x, axis)
    d = xo - along(predict, xe, axis)
    s = xe + along(update, d, axis)
    return s, d, xo


def unlift_step(s, d, axis, predict, update):
    xe = s - along(update, d, axis)
    xo = d + along(predict, xe, axis)
    return merge(xe, xo, axis)


# --- More axes ---------------------------------------------------------------------


def band_names(dims):
    return ["".join(letters) for letters in itertools.product("LH", repeat=dims)]


def lift(x, dims, predict, update):
    """Returns all bands by name and the (s, d, xo) of each of the 1, 3 or 7 steps."""
    bands = {"": x}
    steps = []
    for axis in range(-1, -dims - 1, -1):  # horizontal, vertical, depth
        lifted = {}
        for name, band in bands.items():
            s, d, xo = lift_step(band, axis, predict, update)
            lifted[name + "L"] = s
            lifted[name + "H"] = d
            steps.append((s, d, xo))
        bands = lifted
    return bands, steps


def unlift(bands, dims, predict, update):
    """The mirror of `lift`: the axis that was lifted last is undone first."""
    for axis in range(-dims, 0):
        bands = {
            name: unlift_step(bands[name + "L"], bands[name + "H"], axis, predict, update)
            for name in dict.fromkeys(longer[:-1] for longer in bands)
        }
    return bands[""]


# --- Odd sizes ---------------------------------------------------------------------


def fit(x, dims, ceil_mode):
    """Makes every axis even. Returns the result and the kept samples by axis.

    The slabs are cut one axis after another, so no sample is kept twice.
    """
    kept = {}
    for axis in range(-1, -dims - 1, -1):
        size = x.shape[axis]
        if size < (1 if ceil_mode else 2):
            raise ValueError(f"an axis of size {size} gives no output sample")
        if size % 2 == 1:
            last = x.narrow(axis, size - 1, 1)
            if ceil_mode:
                x = torch.cat([x, last], dim=axis)
            else:
                kept[axis] = last
                x = x.narrow(axis, 0, size - 1)
    return x, kept


def unfit(x, kept, sizes):
    """The mirror of `fit`: `sizes` are the sizes of the layer's input."""
    dims = len(sizes)
    for axis in range(-dims, 0):
        if axis in kept:
            x = torch.cat([x, kept[axis]], dim=axis)
        else:
            x = x.narrow(axis, 0, sizes[axis])
    return x


# --- Reductions and penalties ------------------------------------------------------


def reduce_bands(chosen, reduction, gain=None):
    """chosen: a list of bands [N, C, ...]; gain: [bands, C]."""
    if reduction == "Sum":
        return sum(chosen)
    if reduction == "Mean":
        return sum(chosen) / len(chosen)
    if reduction == "Concat":
        return torch.cat(chosen, dim=1)
    if reduction == "Learned":
        spatial = (1,) * (chosen[0].dim() - 2)
        return sum(row.reshape(1, -1, *spatial) * band for row, band in zip(gain, chosen))
    raise ValueError(f"unknown reduction {reduction}")


def mean_square(x):
    return x.square().mean() if x.numel() > 0 else x.sum()


def mean_l2(x):
    if x.numel() == 0:
        return x.sum()
    squares = x.square().flatten(1).sum(1)
    # The square root has no derivative at zero; the gradient there is zero by choice.
    nonzero = squares > 0
    norms = torch.where(nonzero, squares.where(nonzero, torch.ones_like(squares)).sqrt(), squares)
    return norms.mean()


def penalties(steps, norm):
    measure = {"MeanSquare": mean_square, "L2": mean_l2}[norm]
    c_u = sum(measure(s - xo) for s, d, xo in steps)
    c_p = sum(measure(d) for s, d, xo in steps)
    return c_u, c_p


# --- The layer ---------------------------------------------------------------------


@dataclass
class Result:
    output: torch.Tensor
    bands: dict  # every band by name, whatever the layer chooses
    c_u: dict  # by norm
    c_p: dict
    kept: dict = field(default_factory=dict)  # by axis; batched, as are sizes
    sizes: tuple = ()


@dataclass
class Layer:
    """A down-pool and its inverse. `weights` is keyed by state-dict key."""

    dims: int
    channels: int
    kernel_size: int
    groups: int
    proj_groups: int
    bias: bool
    padding_mode: str
    ceil_mode: bool
    bands: list
    reduction: str

    def weight_shapes(self):
        shapes = {}
        for operator in ("predict", "update"):
            for conv, groups, kernel_size in (
                ("conv", self.groups, self.kernel_size),
                ("proj", self.proj_groups, 1),
            ):
                prefix = f"scheme.{operator}.{conv}."
                shapes[prefix + "weight"] = (self.channels, self.channels // groups, kernel_size)
                if self.bias:
                    shapes[prefix + "bias"] = (self.channels,)
        if self.reduction == "Learned":
            shapes["gain"] = (len(self.bands), self.channels)
        return shapes

    def operators(self, weights):
        return [
            Operator(
                weights[f"scheme.{name}.conv.weight"],
                weights[f"scheme.{name}.proj.weight"],
                weights.get(f"scheme.{name}.conv.bias"),
                weights.get(f"scheme.{name}.proj.bias"),
                self.padding_mode,
            )
            for name in ("predict", "update")
        ]

    def forward(self, x, weights, operators=None):
        predict, update = operators or self.operators(weights)
        batched = x.dim() == self.dims + 2
        x = x if batched else x.unsqueeze(0)
        fitted, kept = fit(x, self.dims, self.ceil_mode)
        bands, steps = lift(fitted, self.dims, predict, update)
        chosen = [band for name, band in bands.items() if name in self.bands]
        output = reduce_bands(chosen, self.reduction, weights.get("gain"))
        terms = {norm: penalties(steps, norm) for norm in NORMS}
        return Result(
            output=output if batched else output.squeeze(0),
            bands={name: band if batched else band.squeeze(0) for name, band in bands.items()},
            c_u={norm: c_u for norm, (c_u, c_p) in terms.items()},
            c_p={norm: c_p for norm, (c_u, c_p) in terms.items()},
            kept=kept,
            sizes=tuple(x.shape[-self.dims :]),
        )

    def inverse(self, result, weights, operators=None):
        predict, update = operators or self.operators(weights)
        batched = result.output.dim() == self.dims + 2
        bands = {
            name: band if batched else band.unsqueeze(0) for name, band in result.bands.items()
        }
        x = unfit(unlift(bands, self.dims, predict, update), result.kept, result.sizes)
        return x if batched else x.squeeze(0)

    def relu_margin(self, x, weights):
        """The smallest |argument| that any ReLU of this forward sees."""
        margins = [math.inf]

        def recorded(operator):
            def call(signal):
                arguments = operator.filtered(signal).abs()
                if arguments.numel() > 0:
                    margins.append(arguments.min().item())
                return operator(signal)

            return call

        with torch.no_grad():
            self.forward(x, weights, [recorded(o) for o in self.operators(weights)])
        return min(margins)
