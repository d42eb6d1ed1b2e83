"""LiftPool in PyTorch: pooling by lifting, and its inverse. One file; needs torch 1.13 or newer and nothing else.

    pool = LiftDownPool2d(channels=64)              # where nn.MaxPool2d(2) stood
    up = LiftUpPool2d(pool)                         # shares the pool's operators
    y, bands = pool.forward_with_bands(x)           # [N, C, H, W] -> [N, C, H/2, W/2]
    x2 = up(bands)                                  # == x, to rounding
    z = up(features, bands)                         # a decoder: features take LL's place

The layers are those of the C# library LiftPool: the same names, arguments, defaults, state-dict keys and numbers. Where C#
has an enum, this file takes its members' names in any spelling: "LearnedMagnitude", "learned_magnitude", "LL", "ll". What C#
refuses is a ValueError here, before anything is computed.

A signal is split into its odd and even samples, counted from one: xo = x[0::2], xe = x[1::2]. Steps change one half by
something computed from the other; the paper's are one of each:

    predict  d = xo - P(xe)         detail
    update   s = xe + U(d)          approximation

Backwards xe = s - U(d), xo = d + P(xe), whatever P and U are. In 2-D the width is lifted first, then the height of both
results, with the same operators: bands LL, LH, HL, HH, a letter an axis, horizontal first. In 3-D depth comes last.

Source: J. Zhao and C. G. M. Snoek, "LiftPool: Bidirectional ConvNet Pooling", ICLR 2021 (arXiv 2104.00996).
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import math
import weakref
from dataclasses import dataclass, replace

import torch
from torch import nn
from torch.nn import functional as F

__all__ = [
    "LiftBands", "LiftDownPool1d", "LiftDownPool2d", "LiftDownPool3d", "LiftRegularizer", "LiftUpPool1d", "LiftUpPool2d",
    "LiftUpPool3d", "LiftingOperators", "LiftingScheme", "LiftingStep",
]  # fmt: skip

TYPES = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
REDUCTIONS = ("Sum", "Mean", "Concat", "Learned", "Magnitude", "LearnedMagnitude")
DENSE_MAX = ("None", "Ahead", "Back", "Valid")
NORMS = ("MeanSquare", "L2")
ROUNDINGS = ("None", "Down", "Nearest")
AXES = ("Width", "Height", "Depth")  # the last axis, the one before it, ...: the order in which they are lifted


def refuse(who, wanted, got):
    raise ValueError(f"{who}: expected {wanted}, got {got}")


def described(x):
    return f"{list(x.shape)} of {x.dtype} on {x.device}"


def choose(who, name, value, choices):
    """The one of the choices that is meant, whatever its case and underscores."""
    for choice in choices:
        if str(value).replace("_", "").lower() == choice.lower():
            return choice
    refuse(who, f"{name} to be one of {', '.join(choices)}", repr(value))


def choose_axes(who, axes, dimensions):
    """Those that are meant, in their order: All, a name or some names."""
    existing = AXES[:dimensions]
    if str(axes).lower() == "all":
        return existing
    named = {choose(who, "axes", axis, existing) for axis in ((axes,) if isinstance(axes, str) else axes)}
    if not named:
        refuse(who, "at least one axis to lift", "none")
    return tuple(axis for axis in existing if axis in named)


# --- Along an axis ---------------------------------------------------------------------------------------------------


def every_second(x, dim, first):
    return x[(slice(None),) * dim + (slice(first, None, 2),)]


def interleave(first, second, dim):
    return torch.stack([first, second], dim + 1).flatten(dim, dim + 1)


def rows_of(x):
    """[N, C, ..., L] as [N, C, rows, L]."""
    return x.flatten(2, -2) if x.dim() > 3 else x.unsqueeze(2)


def per_channel(values, x):
    """A value for each channel, shaped to multiply [N, C, ...]."""
    return values.reshape(-1, *(1,) * (x.dim() - 2))


def computing_type(dtype):
    return torch.float64 if dtype == torch.float64 else torch.float32


class Types:
    """The types of one call: the layer's, in which modules of one's own are called, and the one that all else is computed in.

    Layers of half types compute in float32 and round once, on the way out. A weight is converted once: the gradients of all its
    uses are summed before they are rounded.
    """

    def __init__(self, layer):
        self.layer, self.computing, self.converted = layer, computing_type(layer), {}

    def __call__(self, weight):
        if weight is None or weight.dtype == self.computing:
            return weight
        if weight not in self.converted:
            self.converted[weight] = weight.to(self.computing)
        return self.converted[weight]


def unchanged(weight):
    return weight


def memory_format(x):
    """Channels last, if x is so and not contiguous as well."""
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    if x.dim() in formats and not x.is_contiguous() and x.is_contiguous(memory_format=formats[x.dim()]):
        return formats[x.dim()]
    return torch.contiguous_format


def full_precision(x):
    """Autocast would convolve in half precision what a layer computes in float32."""
    return torch.autocast(x.device.type, enabled=False) if x.device.type in ("cpu", "cuda") else contextlib.nullcontext()


def filter_along(x, dim, weight, bias=None, groups=None, padding_mode="zeros"):
    """Conv1d along the axis ``dim`` of [N, C, ...] that keeps its length.

    ``weight``: [C, C/groups, taps] with an odd number of taps, or [1, 1, taps] for every channel alike.
    """
    channels, taps, margin = int(x.shape[1]), weight.shape[2], weight.shape[2] // 2
    weight, bias = weight.to(x.dtype), None if bias is None else bias.to(x.dtype)
    if taps == 1 and groups in (None, channels):
        scaled = x * per_channel(weight, x)
        return scaled if bias is None else scaled + per_channel(bias, x)
    if groups is None:
        weight, groups = weight if weight.shape[0] == channels else weight.expand(channels, 1, taps), channels

    # As a batch of planes: convolutions of two dimensions are LibTorch's fastest.
    moved = x
    if x.dim() == 4:
        planes, axis = x, dim
    elif dim == x.dim() - 1:
        planes, axis = rows_of(x), 3
    else:
        moved = x.movedim(1, dim - 1)
        planes, axis = moved.flatten(0, dim - 2).flatten(3), 2
    padding = 0
    if padding_mode == "zeros":
        padding = (margin, 0) if axis == 2 else (0, margin)
    elif margin > 0:
        planes = F.pad(planes, (0, 0, margin, margin) if axis == 2 else (margin, margin, 0, 0), padding_mode)
    with full_precision(x):
        y = F.conv2d(planes, weight.unsqueeze(5 - axis), bias, padding=padding, groups=groups)
    if x.dim() == 4:
        return y
    return y.reshape(x.shape) if axis == 3 else y.reshape(moved.shape).movedim(dim - 1, 1)


def filter_in_order(x, dim, weight, padding_mode):
    """A filter for each channel, summed tap by tap: what is rounded to integers has to be the same each time."""
    taps, length, margin = weight.shape[2], x.shape[dim], weight.shape[2] // 2
    weight, moved = weight.to(x.dtype), x.movedim(dim, -1)
    planes = rows_of(moved)
    if margin > 0:
        planes = F.pad(planes, (margin, margin, 0, 0), "constant" if padding_mode == "zeros" else padding_mode)
    y = planes[..., :length] * per_channel(weight[:, 0, 0], planes)
    for k in range(1, taps):
        y = y + planes[..., k : k + length] * per_channel(weight[:, 0, k], planes)
    return y.reshape(moved.shape).movedim(-1, dim)


# --- Operators: P and U ----------------------------------------------------------------------------------------------


class AxisOperator(nn.Module):
    """An operator that runs along any axis: ``op(x, dim)`` for x [N, C, ...]. Others are given signals [B, C, L].

    ``convert`` gives its weights in the type of x, as ``Types`` does.
    """

    def __init__(self, channels, kernel_size, padding_mode, dtype):
        super().__init__()
        who = type(self).__name__
        if channels is not None and channels < 1:
            refuse(who, "at least one channel", f"channels {channels}")
        if kernel_size < 1 or kernel_size % 2 == 0:
            refuse(who, "an odd, positive number of taps (kernel_size)", kernel_size)
        if dtype not in (None, *TYPES):
            refuse(who, "a real floating-point dtype", dtype)
        self.channels, self.kernel_size = channels, kernel_size  # channels None: it takes any number
        self.padding_mode = choose(who, "padding_mode", padding_mode, PADDING_MODES)

    @property
    def least(self):
        """The length of the shortest half that can be padded."""
        margin = self.kernel_size // 2
        return {"reflect": margin + 1, "circular": margin}.get(self.padding_mode, 1)


class SameConv1d(nn.Conv1d):
    """nn.Conv1d, weights and keys included, that keeps the length and runs along any axis."""

    def forward(self, x, dim=-1, convert=unchanged):
        return filter_along(x, dim % x.dim(), convert(self.weight), convert(self.bias), self.groups, self.padding_mode)


class Learned(AxisOperator):
    """The paper's: ``tanh(proj(relu(conv(x))))``, ``conv`` with kernel_size taps and ``proj`` with one; or without tanh.

    Each channel has weights of its own unless ``groups`` (of conv) and ``proj_groups`` say otherwise.
    """

    def __init__(
        self, channels, kernel_size=5, groups=None, proj_groups=None, bias=False, padding_mode="zeros", tanh=True,
        device=None, dtype=None,
    ):  # fmt: skip
        super().__init__(channels, kernel_size, padding_mode, dtype)
        groups, proj_groups = (channels if given is None else given for given in (groups, proj_groups))
        for name, given in (("groups", groups), ("proj_groups", proj_groups)):
            if given < 1 or channels % given != 0:
                refuse("Learned", f"{name} to divide {channels} channels", given)
        weights = dict(bias=bias, device=device, dtype=dtype)
        self.tanh = tanh
        self.conv = SameConv1d(channels, channels, kernel_size, groups=groups, padding_mode=self.padding_mode, **weights)
        self.proj = SameConv1d(channels, channels, 1, groups=proj_groups, **weights)

    def forward(self, x, dim=-1, convert=unchanged):
        y = self.proj(self.conv(x, dim, convert).relu(), dim, convert)
        return y.tanh() if self.tanh else y

    def extra_repr(self):
        return "" if self.tanh else "tanh=False"


class Filter(AxisOperator):
    """A linear filter, ``sum_k taps[k] x[i + k - K/2]``: parameters if it is learnable, else a buffer.

    ``weight`` is [1, 1, K], the same for all channels; with ``channels`` [C, 1, K].
    """

    def __init__(self, taps, learnable=False, channels=None, padding_mode="replicate", device=None, dtype=None):
        super().__init__(channels, len(taps), padding_mode, dtype)
        self.in_order = False  # set by a scheme that rounds
        self._set("weight", taps, learnable, device, dtype)

    def _set(self, name, values, learnable, device, dtype):
        values = torch.tensor(values, device=device, dtype=dtype or torch.get_default_dtype())
        values = values.expand(self.channels or 1, 1, -1).clone()
        self.register_parameter(name, nn.Parameter(values)) if learnable else self.register_buffer(name, values)

    def forward(self, x, dim=-1, convert=unchanged):
        if self.in_order:
            return filter_in_order(x, dim % x.dim(), convert(self.weight), self.padding_mode)
        return filter_along(x, dim % x.dim(), convert(self.weight), padding_mode=self.padding_mode)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, learnable={isinstance(self.weight, nn.Parameter)}"


class Rectified(Filter):
    """A filter, ReLU and a factor: ``factor * max(0, filter(x))``. Tap 1 and factor 1 are max-lifting's update."""

    def __init__(
        self, taps, factor=1.0, learnable=False, channels=None, padding_mode="replicate", device=None, dtype=None
    ):
        super().__init__(taps, learnable, channels, padding_mode, device, dtype)
        self._set("factor", [factor], learnable, device, dtype)

    def forward(self, x, dim=-1, convert=unchanged):
        y = super().forward(x, dim, convert).relu()
        return y * per_channel(convert(self.factor).to(x.dtype), x)


class LiftingOperators:
    """The operators by the names they have in C#."""

    Learned, Filter, Rectified = Learned, Filter, Rectified


@dataclass(eq=False)
class LiftingStep:
    """Predict: detail -= P(approximation). Update: approximation += U(detail)."""

    kind: str
    operator: nn.Module
    rounding: str = "None"

    def __post_init__(self):
        self.kind = choose("LiftingStep", "kind", self.kind, ("Predict", "Update"))
        self.rounding = choose("LiftingStep", "rounding", self.rounding, ROUNDINGS)
        if not isinstance(self.operator, nn.Module):
            refuse("LiftingStep", "a module that keeps [B, C, L]", repr(self.operator))

    @staticmethod
    def Predict(operator, rounding="None"):
        return LiftingStep("Predict", operator, rounding)

    @staticmethod
    def Update(operator, rounding="None"):
        return LiftingStep("Update", operator, rounding)


# --- Schemes ---------------------------------------------------------------------------------------------------------


class LiftingScheme(nn.Module):
    """An ordered list of steps and two gains: ``lift`` splits an axis, ``unlift`` takes the steps back.

    LiftingScheme(channels=16)                      the paper's learned operators
    LiftingScheme(predict=p, update=u)              modules of your own that keep [B, C, L]
    LiftingScheme(steps=[LiftingStep.Predict(p), LiftingStep.Update(u), LiftingStep.Predict(q)])
    LiftingScheme.Wavelet("Cdf97"), .MaxLifting(), .Mean()

    One predict and one update step are registered as ``predict`` and ``update``, any other list as ``steps.0`` ...
    """

    paper = (5, None, None, False, "zeros", True, None, None)  # what stands for kernel_size ... dtype where nothing is said

    def __init__(
        self, channels=None, kernel_size=5, groups=None, proj_groups=None, bias=False, padding_mode="zeros", tanh=True,
        device=None, dtype=None, *, predict=None, update=None, lossless=False,
        steps=None, approximation_gain=1.0, detail_gain=1.0,
    ):  # fmt: skip
        super().__init__()
        named = dict(channels=channels, predict=predict, update=update, steps=steps)
        given = [name for name, value in named.items() if value is not None]
        if given not in (["channels"], ["predict", "update"], ["steps"]):
            refuse("LiftingScheme", "channels, or predict and update, or steps", ", ".join(given) or "none of them")
        settings = (kernel_size, groups, proj_groups, bias, padding_mode, tanh, device, dtype)
        if channels is None and settings != self.paper or steps is not None and lossless:
            refuse("LiftingScheme", "operators and their roundings, or arguments to make some of", "both")
        if channels is not None:
            predict, update = Learned(channels, *settings), Learned(channels, *settings)
        if steps is None:
            down, nearest = ("Down", "Nearest") if lossless else ("None", "None")
            steps = [LiftingStep.Predict(predict, down), LiftingStep.Update(update, nearest)]

        operators = [step.operator for step in steps]
        if len(set(operators)) < len(operators):
            refuse("LiftingScheme", "a module for each operator", "one of them twice")
        own = [op for op in operators if isinstance(op, AxisOperator)]
        counts = sorted({op.channels for op in own if op.channels is not None})
        if len(counts) > 1:
            refuse("LiftingScheme", "operators of one number of channels", counts)
        self.channels = counts[0] if counts else None  # None: the operators take any number
        self.kinds = tuple(step.kind for step in steps)
        self.roundings = tuple(step.rounding for step in steps)
        self.lossless = any(rounding != "None" for rounding in self.roundings)
        self.approximation_gain, self.detail_gain = approximation_gain, detail_gain
        for gain in (approximation_gain, detail_gain):
            if not math.isfinite(gain) or gain == 0 or self.lossless and gain != 1:
                refuse("LiftingScheme", "gains of 1 where a step rounds" if self.lossless else "finite gains that are not 0", gain)
        if self.kinds == ("Predict", "Update"):
            self.predict, self.update = operators
        else:
            self.steps = nn.ModuleList(operators)
        for step in steps:
            if step.rounding != "None" and type(step.operator) is Filter:
                step.operator.in_order = True
        for weight in self.weights:
            self._refuse_inexact(weight.dtype)

    @property
    def operators(self):
        return [self.predict, self.update] if self.kinds == ("Predict", "Update") else list(self.steps)

    @property
    def weights(self):
        """Every one of LiftPool's own operators; of one of yours the first speaks for all."""
        weights = []
        for op in self.operators:
            weights += [*op.parameters(), *op.buffers()] if isinstance(op, AxisOperator) else [*op.parameters()][:1]
        return weights

    @staticmethod
    def Wavelet(
        wavelet, learnable=False, channels=None, lossless=False, padding_mode="replicate", device=None, dtype=None
    ):
        """Haar, Cdf53, Cdf97, Cdf24, Cdf26, Cdf13, Cdf15 or D4, with PyWavelets' coefficients.

        ``lossless``: each step rounds its operator's output and the gains are 1, so that integers come back bit for bit.
        """
        gains, filters = WAVELETS[choose("LiftingScheme", "wavelet", wavelet, WAVELETS)]
        settings = (learnable, channels, padding_mode, device, dtype)
        rounding = {"Predict": "Down", "Update": "Nearest"} if lossless else {"Predict": "None", "Update": "None"}
        steps = [LiftingStep(kind, Filter(taps, *settings), rounding[kind]) for kind, taps in filters]
        return LiftingScheme(steps=steps) if lossless else LiftingScheme(steps=steps, **gains)

    @staticmethod
    def MaxLifting(
        learnable=False, channels=None, kernel_size=1, padding_mode="replicate", device=None, dtype=None
    ):
        """P(x) = x, U(d) = max(0, d): s is the larger of each pair, so LL is MaxPool's output to rounding.

        Source: H. Heijmans and J. Goutsias, "Nonlinear Multiresolution Signal Decomposition Schemes II", 2000.
        """
        settings = (learnable, channels, padding_mode, device, dtype)
        taps = middle_tap(kernel_size, 1.0)
        return LiftingScheme(predict=Filter(taps, *settings), update=Rectified(taps, 1.0, *settings))

    @staticmethod
    def Mean(learnable=False, channels=None, kernel_size=1, padding_mode="replicate", device=None, dtype=None):
        """P(x) = x, U(d) = d/2: s is the mean of each pair, so LL is AvgPool's output."""
        settings = (learnable, channels, padding_mode, device, dtype)
        predict, update = (Filter(middle_tap(kernel_size, tap), *settings) for tap in (1.0, 0.5))
        return LiftingScheme(predict=predict, update=update)

    def lift(self, x, dim=-1):
        """x [B, C, ...], of even length along dim -> (s, d), each of half that length."""
        dim = self._axis(x, dim)
        length = x.shape[dim]
        if length == 0 or length % 2 == 1:
            refuse("LiftingScheme", "an even, positive length to split", f"{length} on axis {dim} of {list(x.shape)}")
        self.check("LiftingScheme", x, 1, self.channels, [length // 2])
        s, d = self.scaled(*self.split(self.widened(x), dim, Types(x.dtype))[:2])
        return tuple(self.narrowed(half, x.dtype).to(x.dtype, copy=True) for half in (s, d))

    def unlift(self, s, d, dim=-1):
        """Undoes ``lift``."""
        dim = self._axis(s, dim)
        if s.shape[dim] == 0 or described(s) != described(d):
            refuse("LiftingScheme", "halves of one shape, type and device, not empty", f"{described(s)} and {described(d)}")
        self.check("LiftingScheme", s, 1, self.channels, [s.shape[dim]])
        return self.merge(self.widened(s), self.widened(d), dim, Types(s.dtype)).to(s.dtype)

    def _axis(self, x, dim):
        axis = dim % x.dim() if -x.dim() <= dim < x.dim() else 0
        if axis < 2:
            refuse("LiftingScheme", "a tensor [B, C, ...] and an axis after those two", f"{list(x.shape)} and {dim}")
        return axis

    def check(self, who, x, axis, channels, halves):
        """Refuses what the operators cannot take: x with its channels at ``axis`` and halves of these lengths."""
        found = x.shape[axis]
        if found == 0 or found != (channels or found):
            refuse(who, f"{channels or 'at least 1'} channels", f"{found} in {list(x.shape)}")
        if x.dtype not in TYPES:
            refuse(who, "a real floating-point tensor", x.dtype)
        self._refuse_inexact(x.dtype)
        for weight in self.weights:
            refuse_unlike(who, weight, x)
        for op in self.operators:
            if isinstance(op, AxisOperator) and min(halves) < op.least:
                wanted = f"at least {op.least} samples in a half for {op.kernel_size} taps with {op.padding_mode} padding"
                refuse(who, wanted, f"{min(halves)} of {list(x.shape)}")

    def _refuse_inexact(self, dtype):
        if self.lossless and dtype == torch.bfloat16:
            refuse("LiftingScheme", "float64, float32 or float16, which hold the integers of a lossless scheme", dtype)

    def _apply(self, fn, *args, **kwargs):
        for weight in self.weights if self.lossless else []:
            self._refuse_inexact(fn(torch.empty_like(weight.detach())).dtype)
        return super()._apply(fn, *args, **kwargs)

    def __deepcopy__(self, memo):
        twin = memo[id(self)] = type(self).__new__(type(self))
        twin.__dict__.update(copy.deepcopy(self.__dict__, memo))
        for layer in memo.get(("tied", id(self)), []):
            layer.__dict__["scheme"] = twin
        return twin

    # What follows computes in a wider type.

    def split(self, x, dim, types):
        """(s, d, xo) before the gains. A half that no step changes is a view of x."""
        xo, xe = every_second(x, dim, 0), every_second(x, dim, 1)
        s, d = xe, xo
        for kind, op, rounding in zip(self.kinds, self.operators, self.roundings):
            if kind == "Predict":
                d = d - self.operate(op, rounding, s, dim, types)
            else:
                s = s + self.operate(op, rounding, d, dim, types)
        return s, d, xo

    def merge(self, s, d, dim, types):
        """Undoes ``split`` and ``scaled``."""
        s = s if self.approximation_gain == 1 else s / self.approximation_gain
        d = d if self.detail_gain == 1 else d / self.detail_gain
        for kind, op, rounding in reversed(list(zip(self.kinds, self.operators, self.roundings))):
            if kind == "Predict":
                d = d + self.operate(op, rounding, s, dim, types)
            else:
                s = s - self.operate(op, rounding, d, dim, types)
        return interleave(d, s, dim)

    def scaled(self, s, d):
        s = s if self.approximation_gain == 1 else s * self.approximation_gain
        d = d if self.detail_gain == 1 else d * self.detail_gain
        return s, d

    def operate(self, op, rounding, x, dim, types):
        if isinstance(op, AxisOperator):
            y = op(x.to(types.computing), dim, types)
        else:
            moved = x.to(types.layer).movedim((1, dim), (-2, -1))  # [N, ..., C, L]
            signals = moved.flatten(0, -3).clone(memory_format=torch.contiguous_format)
            wanted = signals.shape
            y = op(signals)
            if y.shape != wanted:
                refuse("LiftingScheme", f"the operator {type(op).__name__} to keep {list(wanted)}", list(y.shape))
            y = y.reshape(moved.shape).movedim((-2, -1), (1, dim))
        if rounding != "None":
            y = y.to(types.computing)
            values = y.detach()
            # The gradient passes as if nothing were rounded.
            y = (values + 0.5 if rounding == "Nearest" else values).floor() + (y - values).nan_to_num(0)
        return y.to(x.dtype)

    def widened(self, x):
        # Between the steps of a lossless scheme a half may be larger than any band.
        return x.to(torch.float64 if self.lossless else computing_type(x.dtype))

    def narrowed(self, band, dtype):
        """Of a lossless scheme, which then waits for the device: the band, if the layer's type holds its largest integer."""
        if not self.lossless or band.numel() == 0:
            return band
        holds = {torch.float64: 2**53, torch.float32: 2**24}.get(dtype, 2**11)
        largest = band.detach().nan_to_num(0, 0, 0).abs().max().item()
        if largest > holds:
            refuse("LiftingScheme", f"integers up to {holds}, which {dtype} holds", f"{largest:g}")
        return band.to(computing_type(dtype))

    def extra_repr(self):
        gains = {"approximation_gain": self.approximation_gain, "detail_gain": self.detail_gain}
        return ", ".join(f"{name}={gain:g}" for name, gain in gains.items() if gain != 1)


def refuse_unlike(who, weight, x):
    # float32 weights with half inputs is what autocast makes of a network.
    fits = weight.dtype == x.dtype or weight.dtype == torch.float32 and x.dtype != torch.float64
    if not fits or weight.device != x.device:
        refuse(who, f"{weight.dtype} on {weight.device} as its weights are", f"{x.dtype} on {x.device}")


def middle_tap(kernel_size, tap):
    return [tap if k == kernel_size // 2 else 0.0 for k in range(kernel_size)]


# Gains and steps. A filter's middle tap meets the sample of the same index: of the even half x[2i + 1], for the detail at
# x[2i]. I. Daubechies and W. Sweldens, "Factoring Wavelet Transforms into Lifting Steps", 1998.


def wavelet(approximation_gain, detail_gain, *steps):
    return dict(approximation_gain=approximation_gain, detail_gain=detail_gain), steps


def predict_then_update(sign, taps, divisor, *numerators):
    root = math.sqrt(2)
    update = [numerator / divisor for numerator in numerators]
    return wavelet(root, sign / root, ("Predict", taps), ("Update", update))


PAIR, LINE = [1.0], [0.5, 0.5, 0.0]  # predict with the other of the pair; with the mean of both neighbours
ROOT2, ROOT3 = math.sqrt(2), math.sqrt(3)
WAVELETS = {
    "Haar": predict_then_update(1, PAIR, 2, 1),
    "Cdf53": predict_then_update(-1, LINE, 4, 0, 1, 1),
    "Cdf97": wavelet(
        1.1496043988602418,
        -1 / 1.1496043988602418,
        ("Predict", [1.5861343420599235, 1.5861343420599235, 0.0]),
        ("Update", [0.0, -0.05298011857296141, -0.05298011857296141]),
        ("Predict", [-0.8829110755309333, -0.8829110755309333, 0.0]),
        ("Update", [0.0, 0.4435068520439711, 0.4435068520439711]),
    ),
    "Cdf24": predict_then_update(-1, LINE, 64, 0, -3, 19, 19, -3),
    "Cdf26": predict_then_update(-1, LINE, 512, 0, 5, -39, 162, 162, -39, 5),
    "Cdf13": predict_then_update(1, PAIR, 16, -1, 8, 1),
    "Cdf15": predict_then_update(1, PAIR, 256, 3, -22, 128, 22, -3),
    "D4": wavelet(
        (3 - ROOT3) / ROOT2,
        (3 + ROOT3) / (3 * ROOT2),
        ("Update", [1 / ROOT3]),
        ("Predict", [(6 - 3 * ROOT3) / 4, ROOT3 / 4, 0.0]),
        ("Update", [0.0, 0.0, 1 / 3]),
    ),
}


# --- Bands -----------------------------------------------------------------------------------------------------------


def band_names(axes):
    """One letter an axis, horizontal first, L before H: L, H, or LL, LH, HL, HH, or LLL, LLH ... HHH."""
    return ["".join(letters) for letters in itertools.product("LH", repeat=axes)]


@dataclass(eq=False)
class LiftBands:
    """All that a down-pool took apart: ``bands["LH"]``, ``bands.LH``, and what an up-pool needs to put it together.

    Bands are data: ``LiftBands({"LL": ..., "LH": ..., "HL": ..., "HH": ...})`` makes them of any tensors.

    ``input_shape``: the shape of what was taken apart; by default the lifted axes are twice as long as the bands. ``cropped``:
    the last samples of odd axes that floor mode left out of the bands, a tensor each, the last axis first; they come back as
    they stand here, so who changes bands changes them too. ``axes``: the lifted ones, by default as many of the last as a
    band's name has letters, and no others. ``dimensions``: how many spatial ones there are, if it is known.
    """

    tensors: dict  # by name, in the order of band_names
    input_shape: tuple = None
    cropped: tuple = ()
    axes: tuple = None
    dimensions: int = None

    def __post_init__(self):
        """Refuses what does not belong together."""
        names = next((names for names in map(band_names, (1, 2, 3)) if set(names) == set(self.tensors)), None)
        if names is None:
            refuse("LiftBands", "the bands L, H or LL, LH, HL, HH or LLL, LLH ... HHH", ", ".join(map(str, self.tensors)) or "none")
        self.tensors = {name: self.tensors[name] for name in names}
        if self.axes is None:
            self.axes, self.dimensions = AXES[: len(names[0])], len(names[0])
        self.axes = choose_axes("LiftBands", self.axes, len(AXES))
        if len(self.axes) != len(names[0]):
            refuse("LiftBands", f"{2 ** len(self.axes)} bands along {self.axes}", len(names))

        first, lifted = self.tensors[names[0]], [-1 - AXES.index(axis) for axis in self.axes]
        spatial = [self.dimensions] if self.dimensions else range(-min(lifted), len(AXES) + 1)
        if not any(first.dim() - 1 in (n, n + 1) for n in spatial) or any(first.shape[dim] == 0 for dim in lifted):
            refuse("LiftBands", f"bands [N, C, ...] or [C, ...] with samples along {self.axes}", list(first.shape))
        for name in names:
            self._refuse_unlike(first, f"band {name}", self.tensors[name], first.shape)

        whole = [2 * n if i - first.dim() in lifted else n for i, n in enumerate(first.shape)]
        self.input_shape = tuple(whole if self.input_shape is None else self.input_shape)
        if not any(band_shape(self.input_shape, lifted, ceil_mode) == tuple(first.shape) for ceil_mode in (0, 1)):
            refuse("LiftBands", f"the shape of an input that gives bands {list(first.shape)} along {self.axes}", self.input_shape)
        self.cropped, wanted = tuple(self.cropped), cropped_shapes(self.input_shape, first.shape, lifted)
        if len(self.cropped) != len(wanted):
            refuse("LiftBands", f"cropped samples {wanted} of an input {self.input_shape}", f"{len(self.cropped)} tensors")
        for samples, its in zip(self.cropped, wanted):
            self._refuse_unlike(first, "cropped samples", samples, its)

    @staticmethod
    def _refuse_unlike(first, what, x, shape):
        if x.shape != shape or x.dtype != first.dtype or x.device != first.device:
            refuse("LiftBands", f"{what} {list(shape)} of {first.dtype} on {first.device}", described(x))

    def __getitem__(self, name):
        if name not in self.tensors:
            raise KeyError(f"LiftBands: expected one of the bands {', '.join(self.tensors)}, got {name!r}")
        return self.tensors[name]

    def __getattr__(self, name):
        tensors = self.__dict__.get("tensors", {})
        if name in tensors:
            return tensors[name]
        raise AttributeError(name)

    def __iter__(self):
        return iter(self.tensors)

    def __len__(self):
        return len(self.tensors)

    def keys(self):
        return self.tensors.keys()

    def items(self):
        return self.tensors.items()

    def replace(self, **bands):
        """These bands with other tensors in some places: ``bands.replace(HH=torch.zeros_like(bands.HH))``."""
        return replace(self, tensors={**self.tensors, **bands})

    def map(self, function):
        """Every band and the cropped samples, mapped: ``bands.map(torch.zeros_like)`` restores zeros.

        Batch, channels and type may change, and lengths that were not halved.
        """
        tensors = {name: function(band) for name, band in self.tensors.items()}
        shape = list(next(iter(tensors.values())).shape)
        for axis in self.axes:
            if (dim := -1 - AXES.index(axis)) >= -len(shape):
                shape[dim] = self.input_shape[dim]
        return LiftBands(tensors, shape, tuple(map(function, self.cropped)), self.axes, self.dimensions)

    def to(self, *args, **kwargs):
        return self.map(lambda tensor: tensor.to(*args, **kwargs))


# --- Odd sizes -------------------------------------------------------------------------------------------------------


def band_shape(shape, dims, ceil_mode):
    """The shape of a band of an input of that shape, lifted along dims, which count from the end."""
    return tuple((n + ceil_mode) // 2 if i - len(shape) in dims else n for i, n in enumerate(shape))


def cropped_shapes(shape, band, dims):
    """The shapes of what ``crop`` takes from an input of that shape, if its bands have the other."""
    shape, shapes = list(shape), []
    for dim in dims:
        if shape[dim] > 2 * band[dim]:
            shapes.append(tuple(shape[:dim] + [1] + shape[len(shape) + dim + 1 :]))
            shape[dim] -= 1
    return shapes


def crop(x, dims):
    """Floor mode: x without the last sample of each odd axis, and these samples, a tensor each, in the order of dims."""
    cropped = []
    for dim in dims:
        if x.shape[dim] % 2 == 1:
            cropped.append(x.narrow(dim, x.shape[dim] - 1, 1))
            x = x.narrow(dim, 0, x.shape[dim] - 1)
    return x, cropped


def extend(x, dims):
    """Ceil mode: the last sample of each odd axis is repeated once."""
    for dim in dims:
        if x.shape[dim] % 2 == 1:
            x = torch.cat([x, x.narrow(dim, x.shape[dim] - 1, 1)], dim)
    return x


def restore(x, lengths, cropped):
    """Undoes either: what was repeated goes, what was cropped comes back."""
    cropped = list(cropped)
    for dim, wanted in enumerate(lengths, start=2):
        if x.shape[dim] > wanted:
            x = x.narrow(dim, 0, wanted)
        elif x.shape[dim] < wanted:
            x = torch.cat([x, cropped.pop()], dim)
    return x


def beside(parts):
    """Tensors of one shape as one, side by side in the batch: an operator then runs once for all."""
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def apart(x, count):
    return [x] if count == 1 else x.reshape(count, -1, *x.shape[1:]).unbind()


# --- The pools -------------------------------------------------------------------------------------------------------


class LiftLayer(nn.Module):
    """What down- and up-pools share: the axes, and whose operators they use."""

    dimensions = 0
    owners = weakref.WeakKeyDictionary()  # of each scheme, the layer that registered it

    def __init__(self, axes):
        super().__init__()
        self.axes = choose_axes(type(self).__name__, axes, self.dimensions)
        self.dims = tuple(self.dimensions + 1 - AXES.index(axis) for axis in self.axes)  # of [N, C, ...], in their order

    def _use(self, scheme, owner, channels, *settings):
        """Makes a scheme, or registers the one given; or holds another layer's, which adds no weight and no key here."""
        if channels is not None and channels < 1:
            self._refuse("at least one channel", f"channels {channels}")
        if scheme is None and owner is None:
            if channels is None:
                self._refuse("channels, or a scheme or pool whose operators to use", "none")
            scheme = LiftingScheme(channels, *settings)
        elif settings != LiftingScheme.paper or scheme is not None and owner is not None:
            self._refuse("operators that exist, or arguments to make some of", "both")
        if owner is None:
            other = self.owners.get(scheme, lambda: None)()
            if other is not None:
                # It would be saved twice.
                self._refuse("a scheme that no pool owns, or the pool, to share its operators", f"that of a {type(other).__name__}")
            self.scheme = scheme
        else:
            self.__dict__["scheme"] = owner.scheme
        self.channels = self.scheme.channels or channels or (owner.channels if owner else None)
        if channels not in (None, self.channels):
            self._refuse(f"the scheme's {self.channels} channels", channels)

    def _own(self):
        """Notes whose a registered scheme is; last in a constructor, since one that fails owns nothing."""
        if "scheme" in self._modules:
            self.owners[self.scheme] = weakref.ref(self)

    def __setstate__(self, state):
        super().__setstate__(state)
        self._own()

    def __deepcopy__(self, memo):
        """A copy that shares operators shares those of the owner's copy, if that is made too; else still the owner's."""
        state = dict(self.__dict__)
        shared = state.pop("scheme", None)
        twin = memo[id(self)] = type(self).__new__(type(self))
        twin.__dict__.update(copy.deepcopy(state, memo))
        if shared is not None:
            twin.__dict__["scheme"] = memo.get(id(shared), shared)
            memo.setdefault(("tied", id(shared)), []).append(twin)  # the owner may be copied later
        twin._own()
        return twin

    def _replicate_for_data_parallel(self):
        if "scheme" in self.__dict__:
            self._refuse("DistributedDataParallel, or operators of its own", "DataParallel, whose copies leave shared ones behind")
        return super()._replicate_for_data_parallel()

    def _batched(self, x):
        return x if x.dim() == self.dimensions + 2 else x.unsqueeze(0)

    def _check(self, x, dims, ceil_mode=0, less=0):
        """Refuses what this layer cannot take, before anything is computed: x, of whose lengths along dims halves are made."""
        if x.dim() not in (self.dimensions + 1, self.dimensions + 2):
            letters = ", ".join("DHW"[-self.dimensions :])
            self._refuse(f"a tensor [N, C, {letters}] or [C, {letters}]", list(x.shape))
        halves = [(x.shape[dim] - less + ceil_mode) // 2 if dim in dims else x.shape[dim] for dim in range(-self.dimensions, 0)]
        if min(halves) < 1:
            self._refuse("lengths that give at least one sample", list(x.shape))
        lifted = [halves[-1 - AXES.index(axis)] for axis in self.axes]
        self.scheme.check(type(self).__name__, x, -self.dimensions - 1, self.channels, lifted)

    def _refuse(self, wanted, got):
        refuse(type(self).__name__, wanted, got)


class LiftDownPool(LiftLayer):
    """Pools [N, C, ...] (or no N): every lifted axis is halved, and the output is made of chosen sub-bands.

    channels        C; or a LiftingScheme, as with ``scheme=``
    kernel_size, groups, proj_groups, bias, padding_mode, tanh      of the paper's operators (``Learned``)
    bands           "All", "LL", ("LL", "HL"): what the output is made of
    reduction       Sum, Mean, Concat (C times as many channels), Learned (weights ``gain`` [bands, C], starting at 1),
                    Magnitude (the approximation, if chosen, plus the others' absolute values), LearnedMagnitude
    ceil_mode       of an odd length n: False gives (n-1)/2, and the last sample takes no part; True gives (n+1)/2, and it is
                    repeated once
    dense_max       lifts max(x[j], x[j+1]) ("Ahead"; the last sample alone), max(x[j-1], x[j]) ("Back") or "Valid", ahead
                    without the last; bands and inverse are those of the maximum
    axes            "All", or some of "Width", "Height", "Depth"

    ``pool(x)`` is the output, ``pool.forward_with_bands(x)`` and ``pool.call_with_bands(x)`` give the bands with it.
    """

    def __init__(
        self, channels=None, kernel_size=5, bands="All", reduction="Sum", groups=None, proj_groups=None, bias=False,
        padding_mode="zeros", ceil_mode=False, tanh=True, dense_max="None", axes="All", device=None, dtype=None,
        *, scheme=None, shared=None,
    ):  # fmt: skip
        super().__init__(axes)
        if isinstance(channels, LiftingScheme):
            channels, scheme = None, channels
        self._use(scheme, shared, channels, kernel_size, groups, proj_groups, bias, padding_mode, tanh, device, dtype)
        self.bands = self._chosen(bands)
        self.reduction = choose(type(self).__name__, "reduction", reduction, REDUCTIONS)
        self.dense_max = choose(type(self).__name__, "dense_max", dense_max, DENSE_MAX)
        self.ceil_mode = bool(ceil_mode)
        if self.reduction.startswith("Learned"):
            if self.channels is None:
                self._refuse(f"channels for the {self.reduction} reduction of a scheme that does not name them", "none")
            ones = torch.ones(len(self.bands), self.channels, device=device, dtype=dtype)
            self.gain = nn.Parameter(ones.to((*self.scheme.weights, ones)[0]))
        self._own()

    @classmethod
    def Sharing(cls, other, bands="All", reduction="Sum", ceil_mode=False, dense_max="None", axes="All"):
        """A pool with the operators of another, of any dimension. They stay the other's; all else is its own."""
        return cls(bands=bands, reduction=reduction, ceil_mode=ceil_mode, dense_max=dense_max, axes=axes, shared=other)

    def forward(self, x, kept=None):
        """[N, C, L], [N, C, H, W] or [N, C, D, H, W], or the same without N: every lifted length n becomes n/2.

        ``kept``: a list that the bands are put into.
        """
        scope = LiftRegularizer.current()
        taken = self._taken(x)
        bands, terms = self._lift(taken, x.dtype, self.bands if kept is None else band_names(len(self.dims)), scope and scope.norm)
        if scope:
            scope.collect(self, *terms)
        if kept is not None:
            # Copies, so that an in-place operation on one changes no other and nothing that backward needs.
            tensors = {name: self._given(x, band.clone()) for name, band in bands.items()}
            cropped = () if self.ceil_mode else tuple(self._given(x, last.clone()) for last in crop(taken, self.dims)[1])
            input_shape = tuple(taken.shape[taken.dim() - x.dim() :])
            kept.append(LiftBands(tensors, input_shape, cropped, self.axes, self.dimensions))
        return self._given(x, self._reduced(bands))

    def forward_with_bands(self, x):
        """(output, LiftBands): every band, whatever the output is made of, for a LiftUpPool. As ``forward``, past all hooks."""
        kept = []
        return self.forward(x, kept=kept), *kept

    def call_with_bands(self, x):
        """The same with the module's hooks, as ``pool(x)`` runs them. They see the output alone."""
        kept = []
        return self(x, kept=kept), *kept  # by its name, which hooks do not see

    def penalties(self, x, norm="MeanSquare"):
        """(c_u, c_p) of this layer for one input, where no LiftRegularizer is wanted. It takes a forward of its own."""
        norm = choose(type(self).__name__, "norm", norm, NORMS)
        return self._lift(self._taken(x), x.dtype, self.bands, norm)[1]

    def _taken(self, x):
        """What is lifted: x with a batch axis, in the type that the layer computes in; or its dense maximum."""
        self._check(x, [dim - self.dimensions - 2 for dim in self.dims], int(self.ceil_mode), less=int(self.dense_max == "Valid"))
        if self.reduction.startswith("Learned"):
            refuse_unlike(type(self).__name__, self.gain, x)  # a pool that shares operators may have been moved without them
        x = self.scheme.widened(self._batched(x))
        if self.dense_max == "None":
            return x
        # Max pooling gives the gradient of equals to the first. With padding it has a window more than there are samples.
        padding = 0 if self.dense_max == "Valid" else 1
        lifted = [int(dim in self.dims) for dim in range(2, x.dim())]
        pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[self.dimensions - 1]
        y = pool(x, [1 + on for on in lifted], 1, [padding * on for on in lifted])
        for dim in self.dims if padding else ():
            y = y.narrow(dim, 1 if self.dense_max == "Ahead" else 0, x.shape[dim])
        return y

    def _lift(self, x, dtype, needed, norm):
        """The bands by name, at least those that are needed; with a norm, which needs all, (c_u, c_p)."""
        types = Types(dtype)
        parts = {"": extend(x, self.dims) if self.ceil_mode else crop(x, self.dims)[0]}
        c_u = c_p = 0.0
        for dim in self.dims:
            names = [part for part in parts if norm or any(band.startswith(part) for band in needed)]
            s, d, xo = self.scheme.split(beside([parts[part] for part in names]), dim, types)
            if norm:
                c_u, c_p = c_u + len(names) * penalty(s - xo, norm), c_p + len(names) * penalty(d, norm)
            lows, highs = (apart(half, len(names)) for half in self.scheme.scaled(s, d))
            parts = {}
            for name, low, high in zip(names, lows, highs):
                parts[name + "L"], parts[name + "H"] = low, high
        return {name: self.scheme.narrowed(band, dtype) for name, band in parts.items()}, (c_u, c_p)

    def _reduced(self, bands):
        chosen = [bands[name] for name in self.bands]
        if self.reduction.endswith("Magnitude"):
            chosen = [band.abs() if "H" in name else band for name, band in zip(self.bands, chosen)]
        if self.reduction.startswith("Learned"):
            gain = self.gain.to(chosen[0].dtype)
            chosen = [band * per_channel(gain[i], band) for i, band in enumerate(chosen)]
        if self.reduction == "Concat":
            return torch.cat(chosen, 1)
        if len(chosen) == 1:
            # An activation may change the output in place, and backward may need the band.
            return chosen[0].clone()
        total = chosen[0]
        for band in chosen[1:]:
            total = total + band
        return total / len(chosen) if self.reduction == "Mean" else total

    def _given(self, x, y):
        """As x is: its type, its layout, with a batch axis or without."""
        y = y.to(x.dtype)
        return y.squeeze(0) if y.dim() > x.dim() else y.contiguous(memory_format=memory_format(x))

    def _chosen(self, bands):
        """The names of the chosen bands in their order, with a letter for each lifted axis."""
        names = band_names(len(self.axes))
        if str(bands).lower() == "all":
            return tuple(names)
        lifted = [axis in self.axes for axis in AXES[: self.dimensions]]
        # A name may have a letter for every axis, as in C#: L for those that are not lifted.
        letters_of = [(name, iter(name)) for name in names]
        full = {"".join(next(letters) if on else "L" for on in lifted): name for name, letters in letters_of}
        existing = list(dict.fromkeys([*full, *names]))
        given = (bands,) if isinstance(bands, str) else tuple(bands)
        if not given:
            self._refuse(f"at least one of the bands {', '.join(existing)}", "none")
        chosen = [choose(type(self).__name__, "bands", name, existing) for name in given]
        chosen = [full.get(name, name) for name in chosen]
        return tuple(name for name in names if name in chosen)

    def extra_repr(self):
        said = [] if self.channels is None else [str(self.channels)]
        said += [] if self.bands == tuple(band_names(len(self.axes))) else ["bands=" + "|".join(self.bands)]
        said += [] if self.reduction == "Sum" else [f"reduction={self.reduction}"]
        said += ["ceil_mode=True"] if self.ceil_mode else []
        said += [] if len(self.axes) == self.dimensions else ["axes=" + "|".join(self.axes)]
        said += [] if self.dense_max == "None" else [f"dense_max={self.dense_max}"]
        return ", ".join(said)


class LiftUpPool(LiftLayer):
    """Restores a down-pool's input from its bands: the same steps backwards.

    ``LiftUpPool2d(pool)`` shares the pool's operators and adds no weight and no key; a copy of it alone goes on sharing them, a
    pickle of it alone takes them along. ``LiftUpPool2d(scheme)`` owns the scheme; with ``channels`` and the operators' arguments
    it has learned ones of its own.
    """

    def __init__(
        self, channels=None, kernel_size=5, groups=None, proj_groups=None, bias=False, padding_mode="zeros", tanh=True,
        axes="All", device=None, dtype=None, *, scheme=None, pool=None,
    ):  # fmt: skip
        if isinstance(channels, LiftDownPool):
            channels, pool = None, channels
        if isinstance(channels, LiftingScheme):
            channels, scheme = None, channels
        if pool is not None and axes != "All":
            raise ValueError(f"{type(self).__name__}: expected the axes of the pool, or axes, got both")
        if pool is not None and len(pool.axes) < pool.dimensions:
            axes = pool.axes
        super().__init__(axes)
        self._use(scheme, pool, channels, kernel_size, groups, proj_groups, bias, padding_mode, tanh, device, dtype)
        self._own()

    def forward(self, features, bands=None):
        """``up(features, bands)``: features take the approximation's place. ``up(bands)``: the bands as they are.

        Returns a tensor of ``bands.input_shape``.
        """
        if bands is None:
            bands, features = features, None
        if not isinstance(bands, LiftBands):
            self._refuse("the LiftBands of a down-pool", type(bands).__name__)
        names = band_names(len(self.dims))
        if bands.axes != self.axes or bands.dimensions not in (None, self.dimensions):
            self._refuse(f"the bands of a {self.dimensions}-D pool along {self.axes}", f"{', '.join(bands)} along {bands.axes}")
        first = bands[names[0]]
        features = first if features is None else features
        # Under autocast one of them may be of a half type.
        if features.shape != first.shape or (features.dtype == torch.float64) != (first.dtype == torch.float64):
            self._refuse(f"features like the bands, {described(first)}", described(features))
        self._check(features, dims=())
        self._check(first, dims=())

        types = Types(features.dtype)
        parts = {name: features if name == names[0] else bands[name] for name in names}
        parts = {name: self.scheme.widened(self._batched(part)) for name, part in parts.items()}
        for dim in reversed(self.dims):
            names = list(dict.fromkeys(name[:-1] for name in parts))
            low, high = (beside([parts[name + letter] for name in names]) for letter in "LH")
            parts = dict(zip(names, apart(self.scheme.merge(low, high, dim, types), len(names))))

        cropped = [self._batched(samples).to(parts[""].dtype) for samples in bands.cropped]
        y = restore(parts[""], bands.input_shape[-self.dimensions :], cropped).to(features.dtype)
        return y.squeeze(0) if y.dim() > features.dim() else y.contiguous(memory_format=memory_format(features))

    def extra_repr(self):
        axes = "" if len(self.axes) == self.dimensions else ", axes=" + "|".join(self.axes)
        return f"{self.channels}{axes}"


class LiftDownPool1d(LiftDownPool):
    __doc__ = LiftDownPool.__doc__
    dimensions = 1


class LiftDownPool2d(LiftDownPool):
    __doc__ = LiftDownPool.__doc__
    dimensions = 2


class LiftDownPool3d(LiftDownPool):
    __doc__ = LiftDownPool.__doc__
    dimensions = 3


class LiftUpPool1d(LiftUpPool):
    __doc__ = LiftUpPool.__doc__
    dimensions = 1


class LiftUpPool2d(LiftUpPool):
    __doc__ = LiftUpPool.__doc__
    dimensions = 2


class LiftUpPool3d(LiftUpPool):
    __doc__ = LiftUpPool.__doc__
    dimensions = 3


# --- Penalties -------------------------------------------------------------------------------------------------------


def penalty(x, norm):
    """MeanSquare: the mean of squares. L2: each sample's 2-norm, averaged over the batch. In x's type, float32 or float64."""
    if x.numel() == 0:
        return x.sum()
    if norm == "MeanSquare":
        return x.square().mean()
    squares = x.square().flatten(1).sum(1)
    zero = squares == 0  # the gradient is 0 there
    return squares.masked_fill(zero, 1).sqrt().masked_fill(zero, 0).mean()


class LiftRegularizer:
    """A scope that collects c_u = ||s - xo|| and c_p = ||d|| of every LiftDownPool that runs inside it.

        with LiftRegularizer(lambda_u=0.001, lambda_p=0.01) as regularizer:
            loss = F.cross_entropy(model(x), labels) + regularizer.loss()

    Each 1-D step has a term of its own (1, 3 or 7 of them); a layer's are summed, and the layers'. Means over the batch: the
    gradients of workers with equal shares average to those of the whole batch. Scopes nest, the innermost collects. Each
    ``with`` begins anew, so one scope may serve all steps; what it collected can be read until the next. The scope is the
    process's, not a thread's. Activation checkpointing runs a layer twice: give such layers ``penalties(x)`` instead.
    """

    _open = []

    def __init__(self, lambda_u=0.001, lambda_p=0.01, norm="MeanSquare"):
        if not (0 <= lambda_u < math.inf and 0 <= lambda_p < math.inf):
            refuse("LiftRegularizer", "finite weights of at least 0", f"{lambda_u} and {lambda_p}")
        self.lambda_u, self.lambda_p, self.norm = lambda_u, lambda_p, choose("LiftRegularizer", "norm", norm, NORMS)
        self._shares = None

    def __enter__(self):
        if self in LiftRegularizer._open:
            refuse("LiftRegularizer", "a scope for each with", "one that is open already")
        self._shares = []
        LiftRegularizer._open.append(self)
        return self

    def __exit__(self, *exception):
        LiftRegularizer._open.remove(self)

    @staticmethod
    def current():
        return LiftRegularizer._open[-1] if LiftRegularizer._open else None

    def collect(self, layer, c_u, c_p):
        if getattr(layer, "_is_replica", False):
            refuse("LiftRegularizer", "DistributedDataParallel", "DataParallel, whose copies are no shares of a mean")
        self._shares.append((layer, c_u, c_p))

    @property
    def shares(self):
        """(layer, c_u, c_p) of each call so far."""
        if self._shares is None:
            refuse("LiftRegularizer", "pools that ran inside `with LiftRegularizer() as penalty:`", "a scope that never began")
        return self._shares

    @property
    def c_u(self):
        """The sum of c_u over all that ran so far: 0-dimensional, part of the graph."""
        return sum(c_u for _, c_u, _ in self.shares) if self.shares else torch.zeros(())

    @property
    def c_p(self):
        return sum(c_p for _, _, c_p in self.shares) if self.shares else torch.zeros(())

    def loss(self):
        """lambda_u * c_u + lambda_p * c_p."""
        return self.lambda_u * self.c_u + self.lambda_p * self.c_p
