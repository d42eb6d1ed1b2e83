"""Checks of the reference against things that are not written here.

    /usr/bin/python3 checks.py

generate.py runs them before it writes anything.
"""

import itertools
import math

import torch
from torch.nn import functional

from reference import PADDING_MODES, Layer, band_names, lift, mean_l2, mean_square


def _random(seed, *shape):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(*shape, generator=generator, dtype=torch.float64) * 2 - 1


def _layer(dims, **changes):
    settings = dict(
        channels=2,
        kernel_size=3,
        groups=2,
        proj_groups=2,
        bias=False,
        padding_mode="zeros",
        ceil_mode=False,
        bands=band_names(dims),
        reduction="Sum",
    )
    settings.update(changes)
    return Layer(dims=dims, **settings)


def _weights(layer, seed):
    return {
        key: _random(seed + i, *shape)
        for i, (key, shape) in enumerate(layer.weight_shapes().items())
    }


def _zero(x):
    return torch.zeros_like(x)


def _settle(layer, shape):
    """Draws an input and weights whose ReLU arguments stay away from zero."""
    for seed in itertools.count(0, 100):
        x, weights = _random(seed + 50, *shape), _weights(layer, seed)
        if layer.relu_margin(x, weights) >= 1e-3:
            return x, weights


def check_operator_is_conv1d():
    """P and U equal the modules a PyTorch user would write."""
    for mode, kernel_size, (groups, proj_groups), bias in itertools.product(
        PADDING_MODES, (1, 3, 5), ((4, 4), (1, 2), (2, 1)), (False, True)
    ):
        layer = _layer(
            1,
            channels=4,
            kernel_size=kernel_size,
            groups=groups,
            proj_groups=proj_groups,
            bias=bias,
            padding_mode=mode,
        )
        weights = _weights(layer, 1)
        conv = torch.nn.Conv1d(
            4, 4, kernel_size, padding=kernel_size // 2, groups=groups, bias=bias, padding_mode=mode
        )
        proj = torch.nn.Conv1d(4, 4, 1, groups=proj_groups, bias=bias)
        module = torch.nn.Sequential(conv, torch.nn.ReLU(), proj, torch.nn.Tanh()).double()
        for name, target in (("conv", conv), ("proj", proj)):
            prefix = f"scheme.predict.{name}."
            target.load_state_dict(
                {key[len(prefix) :]: w for key, w in weights.items() if key.startswith(prefix)}
            )
        x = _random(2, 3, 4, 5)
        assert torch.allclose(layer.operators(weights)[0](x), module(x), rtol=0, atol=1e-14)


def check_hand_worked():
    """x = (1, 2, 3, 4), P = U = tanh(relu(.)), worked out on paper."""
    layer = _layer(1, channels=1, kernel_size=1, groups=1, proj_groups=1)
    weights = {key: torch.ones(shape).double() for key, shape in layer.weight_shapes().items()}
    x = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]], dtype=torch.float64)
    result = layer.forward(x, weights)
    d = [1 - math.tanh(2), 3 - math.tanh(4)]
    s = [2 + math.tanh(d[0]), 4 + math.tanh(d[1])]
    for name, values in (("L", s), ("H", d)):
        expected = torch.tensor(values, dtype=torch.float64)
        assert torch.allclose(result.bands[name].flatten(), expected, rtol=0, atol=1e-15)
    mean_square_u = ((s[0] - 1) ** 2 + (s[1] - 3) ** 2) / 2
    assert math.isclose(result.c_u["MeanSquare"].item(), mean_square_u, rel_tol=1e-14)
    assert math.isclose(result.c_u["L2"].item(), math.sqrt(2 * mean_square_u), rel_tol=1e-14)
    assert math.isclose(result.c_p["L2"].item(), math.hypot(*d), rel_tol=1e-14)


def check_inverse():
    shapes = {1: [(2,), (7,)], 2: [(2, 3), (6, 5), (7, 7)], 3: [(4, 4, 4), (3, 5, 4), (5, 3, 7)]}
    for dims, sizes in shapes.items():
        for size, ceil_mode, batch in itertools.product(sizes, (False, True), ((), (0,), (2,))):
            for mode in PADDING_MODES:
                layer = _layer(
                    dims,
                    kernel_size=1 if mode == "reflect" and min(size) < 4 else 3,
                    padding_mode=mode,
                    ceil_mode=ceil_mode,
                )
                x, weights = _random(3, *batch, 2, *size), _weights(layer, 4)
                result = layer.forward(x, weights)
                back = layer.inverse(result, weights)
                assert back.shape == x.shape
                assert torch.allclose(back, x, rtol=0, atol=1e-14)
                pool = getattr(functional, f"max_pool{dims}d")
                if batch != (0,):
                    assert result.output.shape == pool(x, 2, ceil_mode=ceil_mode).shape


def check_lazy_split():
    """P = U = 0: LL.. holds the even samples, the H letters choose the odd ones."""
    x = _random(5, 2, 2, 4, 6, 8)
    bands, _ = lift(x, 3, _zero, _zero)
    for name, band in bands.items():
        w, h, d = [1 if letter == "L" else 0 for letter in name]
        assert torch.equal(band, x[:, :, d::2, h::2, w::2])
    image = x[:, :, 0]
    layer = _layer(2)
    output = layer.forward(image, {}, [_zero, _zero]).output
    assert torch.allclose(output, functional.avg_pool2d(image, 2) * 4, rtol=0, atol=1e-14)


def check_haar():
    """P = identity, U = identity / 2 is Haar: d = xo - xe, s = (xo + xe) / 2.

    PyWavelets' approximation is s * sqrt(2), its detail d / sqrt(2). Its dwtn names
    the axes first to last, we last to first, so its keys read in reverse order.
    """
    import numpy
    import pywt

    haar = [lambda xe: xe.clone(), lambda d: d / 2]

    def gain(name):
        return 2.0 ** ((name.count("L") - name.count("H")) / 2)

    for dims in (1, 2, 3):
        x = _random(6, 1, 1, *(4, 6, 8)[:dims])
        bands, _ = lift(x, dims, *haar)
        expected = pywt.dwtn(x[0, 0].numpy(), "haar")
        for name, band in bands.items():
            key = name[::-1].replace("L", "a").replace("H", "d")
            numpy.testing.assert_allclose(
                band[0, 0].numpy() * gain(name), expected[key], rtol=0, atol=1e-14
            )

    x = _random(7, 1, 1, 6, 8)
    bands, _ = lift(x, 2, *haar)
    approximation, (horizontal, vertical, diagonal) = pywt.dwt2(x[0, 0].numpy(), "haar")
    for name, expected in zip(
        ("LL", "LH", "HL", "HH"), (approximation, horizontal, vertical, diagonal)
    ):
        numpy.testing.assert_allclose(
            bands[name][0, 0].numpy() * gain(name), expected, rtol=0, atol=1e-14
        )

    # A bright half above a dark one, the edge inside a vertical pair: LH alone sees it.
    rows = torch.tensor([1.0, 1, 1, 0, 0, 0]).double()
    bands, _ = lift(rows.reshape(1, 1, 6, 1).repeat(1, 1, 1, 6), 2, *haar)
    assert bands["LH"].abs().max() == 1
    assert bands["HL"].abs().max() == 0 and bands["HH"].abs().max() == 0


def check_step_counts():
    x = _random(8, 1, 1, 4, 4, 4)
    for dims, count in ((1, 1), (2, 3), (3, 7)):
        assert len(lift(x, dims, _zero, _zero)[1]) == count


def check_l2_at_zero():
    x = torch.zeros(2, 1, 4, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(mean_l2(x), x)
    assert torch.equal(gradient, torch.zeros_like(x))
    assert mean_l2(x[:0]) == 0 and mean_square(x[:0]) == 0


def check_gradients():
    cases = [
        ((2, 2, 5), _layer(1, kernel_size=5, groups=1, proj_groups=1, bias=True)),
        ((2, 2, 4, 3), _layer(2, padding_mode="replicate", ceil_mode=True)),
        ((2, 4, 5), _layer(2, padding_mode="reflect", reduction="Learned", bands=["LL", "HH"])),
        ((1, 2, 2, 4, 2), _layer(3, padding_mode="circular", reduction="Concat")),
    ]
    for shape, layer in cases:
        x, weights = _settle(layer, shape)
        keys = list(weights)

        def everything(x, *values):
            result = layer.forward(x, dict(zip(keys, values)))
            terms = [result.output, *result.bands.values()]
            return tuple(terms + [*result.c_u.values(), *result.c_p.values()])

        def scalar(x, *values):
            return sum(t.square().sum() for t in everything(x, *values))

        inputs = [t.clone().requires_grad_() for t in (x, *weights.values())]
        assert torch.autograd.gradcheck(everything, inputs, eps=1e-6, atol=1e-7, rtol=1e-6)
        assert torch.autograd.gradgradcheck(scalar, inputs, eps=1e-6, atol=1e-6, rtol=1e-5)


def run_checks():
    check_operator_is_conv1d()
    check_hand_worked()
    check_step_counts()
    check_inverse()
    check_lazy_split()
    check_haar()
    check_l2_at_zero()
    check_gradients()


if __name__ == "__main__":
    torch.set_num_threads(1)
    run_checks()
    print("all checks of the reference pass")
