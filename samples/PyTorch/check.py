"""Compares liftpool.py with what the C# layers are compared with, and with torch's own pools.

    python3 check.py

The fixtures of tests/reference hold outputs, bands, penalties and gradients of both orders, PyWavelets' coefficients and a
JPEG 2000 in integers. Prints a table of worst differences, each with its bound; ends with 1 if one is exceeded.
"""

import collections
import gzip
import itertools
import json
import tempfile
import traceback
from pathlib import Path

import torch
from torch.nn import functional as F

import liftpool
import torchsharp
from liftpool import LiftingScheme, LiftRegularizer

REFERENCE = Path(__file__).resolve().parents[2] / "tests" / "reference"
worst = {}  # by title: [comparisons, share of the bound, difference, bound, where]


def near(title, where, actual, wanted, bound, scale=None):
    """Notes the largest difference, relative to the largest magnitude that is wanted."""
    if actual.shape != wanted.shape:
        size = float("inf")
    elif wanted.numel() == 0:
        size = 0.0
    else:
        size = biggest(actual.detach().double() - wanted.double()) / (scale or biggest(wanted) or 1.0)
    share = size / bound if bound else (0.0 if size == 0 else float("inf"))
    if share != share:
        share = float("inf")
    row = worst.setdefault(title, [0, -1.0, 0.0, bound, ""])
    row[0] += 1
    if share > row[1]:
        row[1:] = [share, size, bound, where]


def near_inverse(title, where, actual, wanted):
    near(title, where, actual, wanted, 4e-15 if actual.dtype == torch.float64 else 2e-6, max(1.0, biggest(wanted)))


def biggest(x):
    return x.abs().max().item() if x.numel() else 0.0


def down(dims, *args, **kwargs):
    return getattr(liftpool, f"LiftDownPool{dims}d")(*args, **kwargs)


def up(pool):
    return getattr(liftpool, f"LiftUpPool{pool.dimensions}d")(pool)


def load(name, folder=REFERENCE):
    return json.loads(gzip.decompress((folder / name).read_bytes()))


def tensor(packed, dtype=torch.float64):
    return torch.tensor(packed["data"], dtype=torch.float64).reshape(packed["shape"]).to(dtype)


def number(value):
    return torch.tensor(value, dtype=torch.float64)


# --- The fixture -----------------------------------------------------------------------------------------------------


def check_case(case, lambdas, dtype):
    """As FixtureComparison.cs does, in float64 and float32."""
    double = dtype == torch.float64
    kind, bound, gradient_bound = ("float64", 1e-12, 1e-12) if double else ("float32", 2e-6, 2e-5)
    name = case["name"]
    settings = ("kernel_size", "groups", "proj_groups", "bias", "padding_mode", "ceil_mode", "bands", "reduction")
    pool = down(case["dims"], case["channels"], **{key: case[key] for key in settings}, dtype=dtype)
    pool.load_state_dict({key: tensor(value, dtype) for key, value in case["state"].items()})
    x = tensor(case["input"], dtype).requires_grad_()
    variables = {**dict(pool.named_parameters()), "input": x}

    near(f"{kind} output", name, pool(x), tensor(case["output"]), bound)
    restored = up(pool)(pool.forward_with_bands(x)[1])
    near_inverse(f"{kind} inverse", name, restored, tensor(case["input"]))

    for norm in liftpool.NORMS:
        with LiftRegularizer(*lambdas, norm) as regularizer:
            output, bands = pool.forward_with_bands(x)
        assert list(bands) == list(case["all_bands"])
        for band in bands:
            near(f"{kind} bands", f"{name} {band}", bands[band], tensor(case["all_bands"][band]), bound)
        near(f"{kind} penalties", f"{name} c_u {norm}", regularizer.c_u, number(case["c_u"][norm]), bound)
        near(f"{kind} penalties", f"{name} c_p {norm}", regularizer.c_p, number(case["c_p"][norm]), bound)
        for share, penalty in zip(pool.penalties(x, norm), (regularizer.c_u, regularizer.c_p)):
            near(f"{kind} penalties", f"{name} penalties(x) {norm}", share, penalty, bound)

        loss = (output * tensor(case["cotangents"]["output"], dtype)).sum() + regularizer.loss()
        loss = loss + sum((bands[band] * tensor(case["cotangents"]["bands"][band], dtype)).sum() for band in bands)
        second = case["second_order"] is not None and double
        gradients = differentiate(loss, variables, second)
        for key, wanted in case["gradients"][norm].items():
            near(f"{kind} gradients", f"{name} {key} {norm}", gradients[key], tensor(wanted), gradient_bound)
        if double:
            near(f"{kind} loss", f"{name} {norm}", loss, number(case["loss"][norm]), bound)
        if second:
            squares, wanted = gradients["input"].square().sum(), case["second_order"][norm]
            near(f"{kind} second order", f"{name} value {norm}", squares, number(wanted["value"]), bound)
            seconds = differentiate(squares, variables)
            for key, value in wanted["gradients"].items():
                near(f"{kind} second order", f"{name} {key} {norm}", seconds[key], tensor(value), gradient_bound)


def differentiate(scalar, variables, create_graph=False):
    options = dict(create_graph=create_graph, allow_unused=True, retain_graph=True)
    found = torch.autograd.grad(scalar, list(variables.values()), **options)
    return {key: torch.zeros_like(v) if g is None else g for (key, v), g in zip(variables.items(), found)}


# --- Wavelets --------------------------------------------------------------------------------------------------------


def check_wavelets():
    content = load("wavelets.json.gz")
    for case in content["wavelets"]:
        for mode, wanted in (("circular", case["circular"]), ("replicate", case["mirrored"])):
            if wanted:
                scheme = LiftingScheme.Wavelet(case["name"], padding_mode=mode, dtype=torch.float64)
                s, d = scheme.lift(tensor(case["signal"])[None, None])
                near("PyWavelets", f"{case['name']} s {mode}", s[0, 0], tensor(wanted["L"]), 1e-13)
                near("PyWavelets", f"{case['name']} d {mode}", d[0, 0], tensor(wanted["H"]), 1e-13)
        scheme = LiftingScheme.Wavelet(case["name"], padding_mode="circular", dtype=torch.float64)
        _, bands = down(2, scheme).forward_with_bands(tensor(case["image"])[None])
        for name, wanted in case["bands"].items():
            near("PyWavelets", f"{case['name']} {name}", bands[name][0], tensor(wanted), 1e-13)

    reversible = content["reversible"]
    for dtype in (torch.float64, torch.float32, torch.float16):
        pool = down(2, LiftingScheme.Wavelet("Cdf53", lossless=True, dtype=dtype))
        image = tensor(reversible["image"], dtype)[None, None]
        _, bands = pool.forward_with_bands(image)
        for name, wanted in reversible["bands"].items():
            near("JPEG 2000's reversible 5/3", f"{name} {dtype}", bands[name][0, 0], tensor(wanted), 0.0)
        near("JPEG 2000's reversible 5/3", f"inverse {dtype}", up(pool)(bands), image, 0.0)


# --- Files that TorchSharp wrote -------------------------------------------------------------------------------------


@torch.no_grad()
def check_states():
    """The library's saved states load strictly and answer as they did in C#: SavedStateTests.cs has the same layers."""
    double = dict(dtype=torch.float64)

    def d4(learnable):
        return LiftingScheme.Wavelet("D4", learnable, 4 if learnable else None, **double)

    def own(taps):
        conv = torch.nn.Conv1d(4, 4, taps, padding=taps // 2, **double)
        return torch.nn.Sequential(collections.OrderedDict(filter=conv, tanh=torch.nn.Tanh()))

    three = ("LL", "LH", "HL")
    layers = {
        "paper-1d": down(1, 4, **double),
        "paper-2d": down(2, 4, **double),
        "paper-3d": down(3, 4, **double),
        "bias-groups-gain-2d": down(2, 4, 3, three, "Learned", groups=2, proj_groups=1, bias=True, **double),
        "own-operators-1d": down(1, LiftingScheme(predict=own(3), update=own(1))),
        "wavelet-learnable-2d": down(2, d4(True)),
        "wavelet-fixed-2d": down(2, d4(False)),
        "up-2d": liftpool.LiftUpPool2d(4, **double),
        "pyramid-2d": torch.nn.ModuleDict({"levels": torch.nn.ModuleList([down(2, 4, **double), down(2, d4(True))])}),
    }
    states = load("states.json.gz", REFERENCE / "states")["states"]
    assert [state["name"] for state in states] == list(layers)
    for state in states:
        name = state["name"]
        layer = layers[name]
        saved = torchsharp.load(REFERENCE / "states" / f"{name}.bin")
        assert sorted(saved) == sorted(state["keys"]), name
        layer.load_state_dict(saved)
        near("files of TorchSharp's", name, torch.cat([y.flatten() for y in answers(layer, name)]), tensor(state["output"]), 1e-13)

    with tempfile.TemporaryDirectory() as folder:
        kinds = {str(dtype): (10 * torch.randn(2, 300)).to(dtype) for dtype in torchsharp.CODES}
        kinds.update(number=torch.tensor(3.0), none=torch.empty(0, 4))
        torchsharp.save(kinds, Path(folder) / "state")
        for name, value in torchsharp.load(Path(folder) / "state").items():
            assert value.dtype == kinds[name].dtype and torch.equal(value, kinds[name]), name


def answers(layer, name):
    """All that a layer gives for a known input."""
    shape = (1, 4, *(4, 5, 6)[-int(name[-2]) :])
    x = (0.37 * torch.arange(torch.Size(shape).numel(), dtype=torch.float64)).sin().reshape(shape)
    if isinstance(layer, liftpool.LiftDownPool):
        return [layer(x)]
    if isinstance(layer, liftpool.LiftUpPool):
        split = down(2, LiftingScheme(steps=[]))  # no steps: the samples themselves
        return [layer(split.forward_with_bands(x)[1])]
    _, first = layer["levels"][0].forward_with_bands(x)
    _, second = layer["levels"][1].forward_with_bands(first["LL"])
    return [*first.tensors.values(), *second.tensors.values()]


# --- The rest --------------------------------------------------------------------------------------------------------


@torch.no_grad()
def check_inverses():
    """Every size, mode, axis and window, for weights as a new layer has them and for named schemes."""
    axes = {1: ["All"], 2: ["All", "Width", "Height"], 3: ["All", "Depth", ("Width", "Depth")]}
    schemes = {
        "learned": lambda dtype: LiftingScheme(4, dtype=dtype),
        "no tanh": lambda dtype: LiftingScheme(4, kernel_size=3, bias=True, tanh=False, padding_mode="replicate", dtype=dtype),
        "max-lifting": lambda dtype: LiftingScheme.MaxLifting(learnable=True, channels=4, kernel_size=3, dtype=dtype),
        "mean": lambda dtype: LiftingScheme.Mean(dtype=dtype),
        "own": lambda dtype: LiftingScheme(predict=conv(dtype), update=conv(dtype)),
        "D4": lambda dtype: LiftingScheme.Wavelet("D4", dtype=dtype),
    }

    def conv(dtype):
        return torch.nn.Sequential(torch.nn.Conv1d(4, 4, 3, padding=1, dtype=dtype), torch.nn.GELU())

    for (kind, make), dims, dtype in itertools.product(schemes.items(), (1, 2, 3), (torch.float64, torch.float32)):
        if kind == "own" and dtype == torch.float32:
            continue  # dense convolutions of LibTorch are wrong on some machines: docs/troubleshooting
        title = "inverse, float64" if dtype == torch.float64 else "inverse, float32"
        for size, ceil_mode, lifted in itertools.product(range(2, 10), (False, True), axes[dims]):
            for window in liftpool.DENSE_MAX if kind == "learned" else ("None",):
                if size == 2 and window == "Valid":
                    continue
                pool = down(dims, make(dtype), ceil_mode=ceil_mode, axes=lifted, dense_max=window)
                x = torch.randn(2, 4, *(size + i for i in range(dims)), dtype=dtype)
                wanted = pool._taken(x) if window != "None" else x
                where = f"{kind} {dims}-D {size} ceil={ceil_mode} {lifted} {window}"
                for given in (x, x[0]):
                    restored = up(pool)(pool.forward_with_bands(given)[1])
                    goal = wanted if given.dim() == x.dim() else wanted[0]
                    near_inverse(title, where, restored, goal)


def check_max_pools():
    """Max-lifting's LL is MaxPool at every size, and its gradient is MaxPool's; the mean's is AvgPool."""
    for dims, size, dtype in itertools.product((1, 2, 3), range(3, 41), (torch.float64, torch.float32)):
        if dims == 3 and size > 12:
            continue
        title = "max and average pools, " + ("float64" if dtype == torch.float64 else "float32")
        x = torch.randn(2, 3, *(size + i for i in range(dims)), dtype=dtype, requires_grad=True)
        max_pool, avg_pool = getattr(F, f"max_pool{dims}d"), getattr(F, f"avg_pool{dims}d")
        low = "L" * dims
        pairs = [
            (dict(ceil_mode=ceil_mode, dense_max=window), dict(kernel_size=k, stride=2, padding=p, ceil_mode=their_ceil))
            for ceil_mode, window, k, p, their_ceil in (
                (False, "None", 2, 0, False), (True, "None", 2, 0, True),
                (False, "Valid", 3, 0, False), (True, "Valid", 3, 0, True), (True, "Back", 3, 1, False),
            )
        ]  # fmt: skip
        for ours, theirs in pairs:
            for learnable in (False, True):
                taps = dict(learnable=True, channels=3, kernel_size=3) if learnable else {}
                pool = down(dims, LiftingScheme.MaxLifting(**taps, dtype=dtype), bands=low, **ours)
                wanted = max_pool(x, **theirs)
                actual = pool(x)
                bound = 2 * dims * torch.finfo(dtype).eps
                near(title, f"{size} {ours}", actual, wanted, bound)
                weights = torch.randn_like(wanted)
                near(title + ", gradients", f"{size} {ours}", grad(actual, weights, x), grad(wanted, weights, x), 8 * bound)
        pool = down(dims, LiftingScheme.Mean(dtype=dtype), bands=low)
        near(title, f"{size} mean", pool(x), avg_pool(x, 2), 4 * dims * torch.finfo(dtype).eps)


def check_ties():
    """The dense maximum's gradient goes to the first of equals, max-lifting's to the second."""
    x = torch.tensor([[[1.0, 1.0, 0.0, 0.0]]], requires_grad=True)
    split = LiftingScheme(steps=[])
    for window, wanted in (("Valid", [1, 1, 1, 0]), ("Ahead", [1, 1, 1, 1]), ("Back", [2, 1, 1, 0])):
        maximum = down(1, split, dense_max=window)._taken(x)
        near("ties", window, grad(maximum, 1, x), torch.tensor([[wanted]]).float(), 0.0)
    pooled = down(1, LiftingScheme.MaxLifting(), bands="L")(x)
    near("ties", "max-lifting", grad(pooled, 1, x), torch.tensor([[[0.0, 1, 0, 1]]]), 0.0)


def grad(y, weights, x):
    return torch.autograd.grad((y * weights).sum(), x, retain_graph=True)[0]


def check_types_and_layouts():
    """Half types round once; autocast changes nothing inside; channels-last stays; nothing shares storage."""
    for dims in (1, 2, 3):
        size = (6, 7, 8)[:dims]
        for dtype, eps in ((torch.bfloat16, 2.0**-8), (torch.float16, 2.0**-11)):
            pool = down(dims, 4, reduction="LearnedMagnitude", dense_max="Ahead", dtype=dtype)
            x = torch.randn(2, 4, *size).to(dtype)
            y, bands = pool.forward_with_bands(x)
            exact = down(dims, 4, reduction="LearnedMagnitude", dense_max="Ahead", dtype=torch.float64)
            exact.load_state_dict(pool.state_dict())
            wanted, wanted_bands = exact.forward_with_bands(x.double())
            near("half types, rounded once", f"{dims}-D {dtype}", y, wanted, 1.001 * eps)
            for name in bands:
                near("half types, rounded once", f"{dims}-D {dtype} {name}", bands[name], wanted_bands[name], 1.001 * eps)
            assert y.dtype == bands[name].dtype == up(pool)(bands).dtype == dtype

        pool = down(dims, 4)
        x = torch.randn(2, 4, *size)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            inside = pool(x)
        near("autocast", f"{dims}-D", inside, pool(x), 0.0)
        assert pool(x.bfloat16()).dtype == torch.bfloat16  # float32 weights, as under autocast

        last = {2: torch.channels_last, 3: torch.channels_last_3d}.get(dims)
        if last:
            y, bands = pool.forward_with_bands(x.contiguous(memory_format=last))
            for out in (y, *bands.tensors.values(), pool(x.contiguous(memory_format=last)), up(pool)(bands)):
                assert out.is_contiguous(memory_format=last), (dims, out.stride())
            near("channels last", f"{dims}-D", y, pool(x), 2e-6)
        assert pool(x[:0]).shape == (0, 4, *(n // 2 for n in size))


def check_in_place():
    """An in-place ReLU on one result changes no other, and backward still runs."""
    for bands in ("All", "LL", "LH", "HL", "HH"):
        pool, x = down(2, 4, bands=bands), torch.randn(2, 4, 7, 6, requires_grad=True)
        pool(x).relu_().sum().backward()
        y, made = pool.forward_with_bands(x)
        kept = {name: band.clone() for name, band in made.items()}
        y.relu_().sum().backward(retain_graph=True)
        for name in made:
            near("in place", f"{bands} {name}", made[name], kept[name], 0.0)
        made["HH"].relu_().sum().backward()


def check_fixture():
    fixture = load("fixture.json.gz")
    for case, dtype in itertools.product(fixture["cases"], (torch.float64, torch.float32)):
        dense = case["groups"] != case["channels"] or case["proj_groups"] != case["channels"]
        if dtype == torch.float64 or not dense:  # LibTorch's dense convolutions in float32 are wrong on some machines
            check_case(case, (fixture["lambda_u"], fixture["lambda_p"]), dtype)


CHECKS = [
    check_fixture, check_wavelets, check_states, check_inverses, check_max_pools, check_ties, check_types_and_layouts, check_in_place,
]  # fmt: skip


def main():
    torch.manual_seed(0)
    failed = 0
    for check in CHECKS:
        try:
            check()
        except Exception:  # the others and the table are still worth having
            traceback.print_exc()
            failed += 1

    print(f"liftpool.py, torch {torch.__version__}")
    for title, (count, share, size, bound, where) in worst.items():
        failed += share > 1
        print(f"{title:34} {count:6} values, worst {size:.1e} of {bound:.1e}  {'' if share <= 1 else 'FAILED '}({where})")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
