"""Compares layers with what C# saved of them: LayerTests.cs of tests/PyTorch.Tests writes the folder.

    python3 layers.py FOLDER

layers.json has an expression for each layer, N.dat its state, an input and all that it gave: output, bands, cropped samples,
penalties, the restored input and the gradients of sum(y^2) + penalties. Ends with 1 if a difference exceeds its bound.
"""

import json
import sys
from pathlib import Path

import torch

import liftpool
import torchsharp

# Relative to the largest of a tensor. bfloat16: two roundings may fall to either side of one float32.
BOUNDS = {torch.float64: 1e-12, torch.float32: 5e-6, torch.bfloat16: 2.0**-7}


def compare(expression, saved):
    """The largest difference and what it was found in."""
    x = saved["x"].requires_grad_()
    torch.set_default_dtype(x.dtype)
    pool = eval(expression, vars(liftpool))
    pool.load_state_dict({name[6:]: value for name, value in saved.items() if name.startswith("state/")})
    with liftpool.LiftRegularizer(norm="L2") as regularizer:
        y, bands = pool.forward_with_bands(x)
    up = getattr(liftpool, f"LiftUpPool{pool.dimensions}d")(pool)
    found = {"y": y, "restored": up(bands), "c_u": regularizer.c_u, "c_p": regularizer.c_p}
    found.update({f"band/{name}": band for name, band in bands.items()})
    found.update({f"cropped/{i}": samples for i, samples in enumerate(bands.cropped)})
    (y.to(liftpool.computing_type(y.dtype)).square().sum() + regularizer.loss()).backward()
    found["gradient/x"] = x.grad
    for name, weight in pool.named_parameters():
        found[f"gradient/{name}"] = torch.zeros_like(weight) if weight.grad is None else weight.grad

    wanted = {name: value for name, value in saved.items() if name != "x" and not name.startswith("state/")}
    assert found.keys() == wanted.keys(), (expression, found.keys() ^ wanted.keys())
    return x.dtype, max((difference(found[name], wanted[name]), name) for name in wanted)


def difference(found, wanted):
    assert found.shape == wanted.shape and found.dtype == wanted.dtype, (found.shape, wanted.shape, found.dtype, wanted.dtype)
    largest = (found.detach().double() - wanted.double()).abs().max().item()
    share = largest / (wanted.double().abs().max().item() or 1.0)
    return share if share == share else float("inf")  # NaN is smaller than nothing, and would be lost


def main():
    folder = Path(sys.argv[1])
    worst = {}
    for number, expression in enumerate(json.loads((folder / "layers.json").read_text())):
        dtype, (size, name) = compare(expression, torchsharp.load(folder / f"{number}.dat"))
        count, *before = worst.get(dtype, (0, -1.0))
        worst[dtype] = (count + 1, *(before if before[0] >= size else (size, name, expression)))
    for dtype, (count, size, name, expression) in worst.items():
        print(f"{str(dtype)[6:]:8} {count} layers, worst {size:.1e} of {BOUNDS[dtype]:.1e} ({name} of {expression})")
    raise SystemExit(any(size > BOUNDS[dtype] for dtype, (_, size, *_) in worst.items()))


if __name__ == "__main__":
    main()
