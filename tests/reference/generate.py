"""Writes fixture.json.gz: what the reference computes, for the C# tests to compare with.

    /usr/bin/python3 generate.py            run the reference's checks, write the fixture
    /usr/bin/python3 generate.py --check    compare the committed fixture with a fresh one

It needs Debian's python3-torch and python3-pywt. Two runs on one machine write the
same bytes. Another CPU or PyTorch may round a last digit differently, so --check
compares numbers (to 1e-12 relative to each tensor's largest) and not bytes.

Format: gzipped JSON, UTF-8. A tensor is {"shape": [...], "data": [...]}, row-major,
each number the shortest that reads back to the same float64; a 0-dim value is a number.

    torch       version that computed the numbers
    lambda_u    0.01, weight of c_u in the losses
    lambda_p    0.1, weight of c_p
    cases       a list; each case has
      name            unique
      dims            1, 2 or 3
      channels, kernel_size, groups, proj_groups, bias, padding_mode, ceil_mode
      bands           the chosen bands, in canonical order
      reduction       Sum, Mean, Concat or Learned
      relu_margin     smallest |argument| of any ReLU met; at least 0.001 (null where
                      there was none: an empty batch)
      state           weights by state-dict key
      input           tensor [N, C, ...] or, without batch, [C, ...]
      output          tensor
      all_bands       every band by name, chosen or not: L, H; LL, LH ...; LLL, LLH ...
      c_u, c_p        {"MeanSquare": number, "L2": number}
      cotangents      {"output": tensor, "bands": {name: tensor for every band}}
      loss            {"MeanSquare": number, "L2": number}
      gradients       {"MeanSquare": {key: tensor}, "L2": {key: tensor}}; the keys are
                      "input" and the keys of state
      second_order    null, or {"MeanSquare": {"value": number, "gradients": {key: tensor}},
                      "L2": the same}

    loss[norm] = sum(output * cotangents.output)
               + sum over all bands of sum(band * cotangents.bands[name])
               + lambda_u * c_u[norm] + lambda_p * c_p[norm]

second_order's value is the sum of squares of the gradient of loss[norm] for the input;
its gradients are that value's, for the input and every weight.

Inputs and weights are multiples of 1/32 and 1/64 below 2, and cotangents multiples of
1/16 below 1, so that every dtype down to bfloat16 holds them exactly.
"""

import argparse
import gzip
import io
import json
import math
import random
from pathlib import Path

import torch

from checks import run_checks
from reference import NORMS, PADDING_MODES, Layer, band_names

FIXTURE = Path(__file__).with_name("fixture.json.gz")
LAMBDA_U, LAMBDA_P = 0.01, 0.1
RELU_MARGIN = 1e-3


# --- The cases ---------------------------------------------------------------------


def case(name, shape, batch=2, second=False, prepare=None, **changes):
    """shape: (C, ...); batch: None for an input without a batch axis."""
    channels, *size = shape
    settings = dict(
        dims=len(size),
        channels=channels,
        kernel_size=3,
        groups=channels,
        proj_groups=channels,
        bias=False,
        padding_mode="zeros",
        ceil_mode=False,
        bands=band_names(len(size)),
        reduction="Sum",
    )
    settings.update(changes)
    return dict(
        name=f"{len(size)}d {name}",
        layer=Layer(**settings),
        shape=shape if batch is None else (batch, *shape),
        second=second,
        prepare=prepare,
    )


def size_cases():
    """Even and odd sizes, mixed per axis, set aside or repeated."""
    for size in ((2,), (3,), (5,), (8,), (9,)):
        for ceil_mode in (False, True) if size[0] % 2 else (False,):
            yield case(
                f"size {size[0]}" + " ceil" * ceil_mode, (2, *size), ceil_mode=ceil_mode,
                kernel_size=5, second=size == (5,),
            )
    for size in ((2, 2), (3, 3), (4, 5), (5, 4), (6, 4), (7, 5)):
        odd = any(n % 2 for n in size)
        for ceil_mode in (False, True) if odd else (False,):
            yield case(
                "size " + "x".join(map(str, size)) + " ceil" * ceil_mode, (2, *size),
                ceil_mode=ceil_mode, kernel_size=5, batch=1, second=size == (4, 5),
            )
    for size in ((2, 2, 2), (4, 4, 4), (3, 4, 5), (5, 3, 2)):
        odd = any(n % 2 for n in size)
        for ceil_mode in (False, True) if odd else (False,):
            yield case(
                "size " + "x".join(map(str, size)) + " ceil" * ceil_mode, (2, *size),
                ceil_mode=ceil_mode, batch=1, second=size == (3, 4, 5),
            )


def padding_cases():
    """Every padding mode with kernels up to the widest that its rule allows."""
    for mode in PADDING_MODES:
        for kernel_size, length in ((1, 4), (3, 4), (5, 7), (7, 8)):
            yield case(
                f"{mode} kernel {kernel_size}", (2, length), padding_mode=mode,
                kernel_size=kernel_size, ceil_mode=length % 2 == 1, second=kernel_size == 5,
            )
        yield case(
            f"{mode} kernel 3", (3, 4, 5), padding_mode=mode, batch=1, ceil_mode=True, second=True
        )
        yield case(f"{mode} kernel 5", (2, 7, 6), padding_mode=mode, kernel_size=5, batch=1)
        yield case(f"{mode} kernel 3", (2, 4, 5, 4), padding_mode=mode, batch=1, bias=True)
    # The tightest circular: K/2 equals the half-length.
    yield case("circular tight", (2, 4), padding_mode="circular", kernel_size=5)
    yield case("circular tight", (2, 6, 4), padding_mode="circular", kernel_size=5, batch=1)


def group_cases():
    """Depthwise, dense and in between, for both convolutions, with and without bias."""
    for channels, groups, proj_groups, bias in (
        (4, 1, 1, False), (4, 1, 4, True), (4, 4, 1, True), (4, 2, 2, False),
        (6, 3, 2, True), (6, 2, 6, False), (3, 3, 3, True),
    ):
        yield case(
            f"{channels} channels groups {groups} proj {proj_groups}" + " bias" * bias,
            (channels, 6), groups=groups, proj_groups=proj_groups, bias=bias,
            second=groups in (1, 3),
        )
    for channels, groups, proj_groups, bias in (
        (4, 1, 1, True), (4, 2, 4, False), (4, 4, 2, True), (2, 2, 2, True),
    ):
        yield case(
            f"{channels} channels groups {groups} proj {proj_groups}" + " bias" * bias,
            (channels, 4, 5), batch=1, groups=groups, proj_groups=proj_groups, bias=bias,
            second=groups == 1,
        )
    yield case("groups 1 proj 1", (2, 2, 4, 3), groups=1, proj_groups=1, batch=1)
    yield case("groups 2 proj 1 bias", (2, 4, 2, 3), groups=2, proj_groups=1, bias=True, batch=1)


def reduction_cases():
    """Single and several bands under every reduction."""
    for bands, reduction in (
        ("L", "Sum"), ("H", "Mean"), ("L H", "Mean"), ("L H", "Concat"), ("L H", "Learned"),
        ("H", "Learned"),
    ):
        yield case(
            f"{reduction} of {bands}", (2, 5), bands=bands.split(), reduction=reduction,
            second=bands == "L H" and reduction == "Learned",
        )
    for bands, reduction in (
        ("LL", "Sum"), ("LH", "Sum"), ("HL", "Mean"), ("HH", "Concat"), ("LL HH", "Sum"),
        ("LH HL", "Mean"), ("LL HL", "Concat"), ("LL LH HL", "Learned"), ("HL", "Learned"),
        ("LL LH HL HH", "Mean"), ("LL LH HL HH", "Concat"), ("LL LH HL HH", "Learned"),
    ):
        yield case(
            f"{reduction} of {bands}", (2, 4, 3), bands=bands.split(), reduction=reduction,
            ceil_mode=len(bands) > 2, second=bands == "LL LH HL",
        )
    for bands, reduction in (
        ("LLL", "Mean"), ("LLH HLL", "Sum"), ("LHL HHH", "Concat"), ("LLL LHH HLH", "Learned"),
        (" ".join(band_names(3)), "Mean"), (" ".join(band_names(3)), "Concat"),
        (" ".join(band_names(3)), "Learned"),
    ):
        label = "all" if len(bands) > 20 else bands
        yield case(
            f"{reduction} of {label}", (2, 2, 3, 4), bands=bands.split(), reduction=reduction,
            ceil_mode=True, batch=1,
        )


def batch_cases():
    for batch in (None, 3):
        label = "no batch" if batch is None else f"batch {batch}"
        yield case(label, (3, 7), batch=batch, bias=True, kernel_size=5)
        yield case(
            label, (2, 5, 4), batch=batch, reduction="Concat", bands=["LL", "LH"],
            second=batch is None,
        )
        yield case(label, (2, 3, 2, 4), batch=batch, reduction="Learned", ceil_mode=True)
    # The shortest axis that ceil mode accepts, as MaxPool does.
    yield case("size 1 ceil", (2, 1), ceil_mode=True)
    yield case("size 1x4 ceil", (2, 1, 4), ceil_mode=True, padding_mode="replicate")
    yield case("empty batch", (2, 5), batch=0, bias=True)
    yield case("empty batch", (2, 3, 4), batch=0, reduction="Learned", ceil_mode=True)
    # P = U = 0 with samples whose d, or s - xo, is zero: L2's gradient there is 0.
    yield case("L2 at zero", (2, 6), batch=3, bias=True, kernel_size=1, prepare=lazy_with_zeros)


def lazy_with_zeros(x, weights):
    for key, weight in weights.items():
        if "proj" in key:
            weight.zero_()
        elif key.endswith("conv.bias"):
            weight.fill_(1.5)  # keeps the arguments from zero where the signal is zero
    x[0, :, 0::2] = 0  # d = 0
    x[1, :, 1::2] = x[1, :, 0::2]  # s = xo


def all_cases():
    cases = [
        *size_cases(), *padding_cases(), *group_cases(), *reduction_cases(), *batch_cases()
    ]
    names = [c["name"] for c in cases]
    assert len(set(names)) == len(names), "case names must be unique: they are the seeds"
    return cases


# --- Drawing the numbers -----------------------------------------------------------


def draw(rng, shape, steps, scale):
    """Uniform multiples of 1/steps within [-scale, scale].

    Python's own generator, as its random() is the same in every version.
    """
    data = [round((2 * rng.random() - 1) * scale * steps) / steps for _ in range(math.prod(shape))]
    return torch.tensor(data, dtype=torch.float64).reshape(shape)


def draw_weight(rng, key, shape):
    if key == "gain":
        return 1 + draw(rng, shape, 64, 0.75)
    fan_in = math.prod(shape[1:])
    return draw(rng, shape, 64, 1.5 / math.sqrt(fan_in))


def settle(spec):
    """Redraws until no ReLU argument is closer to its kink than the margin."""
    layer = spec["layer"]
    for attempt in range(10_000):
        rng = random.Random(f"{spec['name']}/{attempt}")
        x = draw(rng, spec["shape"], 32, 1.96875)
        weights = {
            key: draw_weight(rng, key, shape) for key, shape in layer.weight_shapes().items()
        }
        if spec["prepare"]:
            spec["prepare"](x, weights)
        margin = layer.relu_margin(x, weights)
        if margin >= RELU_MARGIN:
            return x, weights, margin, rng
    raise RuntimeError(f"no draw of '{spec['name']}' keeps its ReLU arguments from zero")


# --- Computing a case --------------------------------------------------------------


def store(tensor):
    # Adding 0.0 turns -0.0 into 0.0, which says nothing and reads oddly.
    return {
        "shape": list(tensor.shape),
        "data": (tensor.detach() + 0.0).contiguous().flatten().tolist(),
    }


def store_all(tensors):
    return {key: store(tensor) for key, tensor in tensors.items()}


def gradients_of(scalar, variables, create_graph=False):
    # The graph is kept, as the two norms' losses share most of it.
    found = torch.autograd.grad(
        scalar, list(variables.values()), create_graph=create_graph, retain_graph=True
    )
    return dict(zip(variables, found))


def compute(spec):
    layer = spec["layer"]
    x, weights, margin, rng = settle(spec)
    x.requires_grad_()
    for weight in weights.values():
        weight.requires_grad_()
    variables = {"input": x, **weights}

    result = layer.forward(x, weights)
    assert torch.allclose(layer.inverse(result, weights), x, rtol=0, atol=1e-13)

    cot_output = draw(rng, tuple(result.output.shape), 16, 0.9375)
    cot_bands = {
        name: draw(rng, tuple(band.shape), 16, 0.9375) for name, band in result.bands.items()
    }
    task = (result.output * cot_output).sum() + sum(
        (band * cot_bands[name]).sum() for name, band in result.bands.items()
    )

    losses, gradients, second = {}, {}, {}
    for norm in NORMS:
        loss = task + LAMBDA_U * result.c_u[norm] + LAMBDA_P * result.c_p[norm]
        losses[norm] = loss.item()
        found = gradients_of(loss, variables, create_graph=True)
        gradients[norm] = store_all(found)
        if spec["second"]:
            value = found["input"].square().sum()
            second[norm] = {
                "value": value.item(),
                "gradients": store_all(gradients_of(value, variables)),
            }
        assert all(torch.isfinite(gradient).all() for gradient in found.values())

    return {
        "name": spec["name"],
        "dims": layer.dims,
        "channels": layer.channels,
        "kernel_size": layer.kernel_size,
        "groups": layer.groups,
        "proj_groups": layer.proj_groups,
        "bias": layer.bias,
        "padding_mode": layer.padding_mode,
        "ceil_mode": layer.ceil_mode,
        "bands": layer.bands,
        "reduction": layer.reduction,
        "relu_margin": None if math.isinf(margin) else margin,
        "state": store_all(weights),
        "input": store(x),
        "output": store(result.output),
        "all_bands": store_all(result.bands),
        "c_u": {norm: value.item() for norm, value in result.c_u.items()},
        "c_p": {norm: value.item() for norm, value in result.c_p.items()},
        "cotangents": {"output": store(cot_output), "bands": store_all(cot_bands)},
        "loss": losses,
        "gradients": gradients,
        "second_order": second or None,
    }


def fixture():
    return {
        "torch": torch.__version__,
        "lambda_u": LAMBDA_U,
        "lambda_p": LAMBDA_P,
        "cases": [compute(spec) for spec in all_cases()],
    }


# --- Writing and comparing ---------------------------------------------------------


def encode(content):
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    buffer = io.BytesIO()
    # No file name and no time in the header: equal content gives equal bytes.
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as stream:
        stream.write(text.encode())
    return buffer.getvalue()


def difference(old, new, path=""):
    """The worst relative difference and where it stands; other changes raise."""
    if isinstance(new, float) and isinstance(old, float):
        return abs(old - new) / max(1.0, abs(new)), path
    if isinstance(new, dict) and isinstance(old, dict) and old.keys() == new.keys():
        if new.keys() == {"shape", "data"} and old["shape"] == new["shape"] and new["data"]:
            largest = max(1.0, max(map(abs, new["data"])))
            return max(abs(a - b) for a, b in zip(old["data"], new["data"])) / largest, path
        pairs = [(old[key], new[key], f"{path}/{key}") for key in new if key != "torch"]
    elif isinstance(new, list) and isinstance(old, list) and len(old) == len(new):
        pairs = [(a, b, f"{path}/{i}") for i, (a, b) in enumerate(zip(old, new))]
    elif old == new:
        return 0.0, path
    else:
        raise SystemExit(f"the fixture differs in kind at {path}: generate it again")
    return max((difference(*pair) for pair in pairs), default=(0.0, path))


def main():
    parser = argparse.ArgumentParser(description="Writes or checks fixture.json.gz.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # a sum split over threads would round differently
    run_checks()
    fresh = fixture()
    if arguments.check:
        committed = json.loads(gzip.decompress(FIXTURE.read_bytes()))
        worst, path = difference(committed, json.loads(json.dumps(fresh)))
        print(f"{len(fresh['cases'])} cases, worst difference {worst:.1e} at {path or '/'}")
        raise SystemExit(0 if worst <= 1e-12 else 1)
    FIXTURE.write_bytes(encode(fresh))
    print(f"{len(fresh['cases'])} cases, {FIXTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
