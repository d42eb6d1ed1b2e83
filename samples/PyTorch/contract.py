"""What liftpool.py refuses, shares, collects and rounds, beside the numbers that check.py compares.

    python3 contract.py
"""

import contextlib
import copy
import io
import unittest
from unittest import mock

import torch
from torch import nn

import check
import layers
from liftpool import (
    LiftBands, LiftDownPool1d, LiftDownPool2d, LiftDownPool3d, LiftingOperators, LiftingScheme, LiftingStep, LiftRegularizer,
    LiftUpPool1d, LiftUpPool2d,
)  # fmt: skip

X = torch.randn(2, 4, 6, 5, generator=torch.Generator().manual_seed(1))


def tap(**more):
    return LiftingOperators.Filter([1.0], **more)


def lossless(**more):
    return LiftingScheme.Wavelet("Haar", lossless=True, **more)


class Refusals(unittest.TestCase):
    """A ValueError that says what was expected and what came, for all that C# refuses."""

    def refuses(self, *calls):
        for number, call in enumerate(calls):
            with self.subTest(call=number):
                with self.assertRaisesRegex(ValueError, r"^\w+: expected .*, got ") as caught:
                    call()
                self.assertLess(len(str(caught.exception)), 250)

    def test_operators(self):
        self.refuses(
            lambda: LiftDownPool2d(),
            lambda: LiftDownPool2d(0),
            lambda: LiftDownPool2d(-4),
            lambda: LiftDownPool2d(4, kernel_size=4),
            lambda: LiftDownPool2d(4, kernel_size=0),
            lambda: LiftDownPool2d(4, groups=3),
            lambda: LiftDownPool2d(4, groups=0),
            lambda: LiftDownPool2d(4, proj_groups=-1),
            lambda: LiftDownPool2d(4, padding_mode="constant"),
            lambda: LiftDownPool2d(4, dtype=torch.int32),
            lambda: LiftDownPool2d(4, dtype=torch.complex64),
            lambda: LiftingOperators.Filter([1.0, 2.0]),
            lambda: LiftingOperators.Filter([1.0], channels=0),
            lambda: LiftingOperators.Rectified([]),
            lambda: LiftingScheme.MaxLifting(kernel_size=2),
            lambda: LiftingScheme.Mean(kernel_size=-1),
        )

    def test_schemes(self):
        shared = tap()
        self.refuses(
            lambda: LiftingScheme(),
            lambda: LiftingScheme(predict=tap()),
            lambda: LiftingScheme(4, predict=tap(), update=tap()),
            lambda: LiftingScheme(predict=tap(), update=tap(), kernel_size=3),
            lambda: LiftingScheme(predict=tap(), update=torch.tanh),
            lambda: LiftingScheme(predict=shared, update=shared),
            lambda: LiftingScheme(predict=tap(channels=4), update=tap(channels=8)),
            lambda: LiftingScheme(steps=[LiftingStep.Predict(tap())], lossless=True),
            lambda: LiftingScheme(steps=[], detail_gain=0),
            lambda: LiftingScheme(steps=[], approximation_gain=float("inf")),
            lambda: LiftingScheme(steps=[LiftingStep.Predict(tap(), "Down")], detail_gain=2),
            lambda: LiftingStep("Split", tap()),
            lambda: LiftingStep.Predict(tap(), "Up"),
            lambda: LiftingScheme.Wavelet("Sym4"),
        )

    def test_a_scheme_has_one_owner(self):
        scheme = LiftingScheme(4)
        owner = LiftDownPool2d(scheme)
        self.refuses(lambda: LiftDownPool2d(scheme), lambda: LiftUpPool2d(scheme))

        # A copy is another scheme, and who is gone owns nothing.
        LiftUpPool2d(copy.deepcopy(owner.scheme))
        del owner
        LiftDownPool1d(scheme)

    def test_signals_of_a_scheme(self):
        scheme, reflecting = LiftingScheme(4), LiftingScheme(4, padding_mode="reflect")
        s, d = scheme.lift(X, 2)
        self.refuses(
            lambda: scheme.lift(X),
            lambda: LiftingScheme.Wavelet("Haar").lift(torch.ones(1, 1, 3)),
            lambda: scheme.lift(X[..., :0]),
            lambda: scheme.lift(X, 1),
            lambda: scheme.lift(X, -4),
            lambda: scheme.lift(X, 4),
            lambda: scheme.lift(X[0, 0]),
            lambda: scheme.lift(X[:, :3], 2),
            lambda: scheme.lift(X.double(), 2),
            lambda: scheme.lift(X.int(), 2),
            lambda: reflecting.lift(X[..., :4]),
            lambda: scheme.unlift(s, d[..., :4], 2),
            lambda: scheme.unlift(s, d.double(), 2),
            lambda: scheme.unlift(s[:, :, :0], d[:, :, :0], 2),
            lambda: lossless().lift(torch.full((1, 1, 4), 2.0**24 + 8)),
            lambda: LiftingScheme(predict=nn.Conv1d(4, 4, 3), update=nn.Identity()).lift(X, 2),
            lambda: LiftingScheme(predict=nn.Flatten(1, 2), update=nn.Identity()).lift(X, 2),
        )

    def test_bfloat16_holds_no_integers(self):
        moved = nn.Sequential(LiftDownPool2d(lossless()))
        self.refuses(
            lambda: lossless(dtype=torch.bfloat16),
            lambda: moved.to(torch.bfloat16),
            lambda: moved.bfloat16(),
            lambda: LiftDownPool2d(LiftingScheme(steps=[LiftingStep.Predict(nn.Identity(), "Down")]))(X.bfloat16()),
        )
        self.assertEqual(moved[0].scheme.weights[0].dtype, torch.float32)
        self.assertEqual(moved.half()[0].scheme.weights[0].dtype, torch.float16)

    def test_pools(self):
        pool, only_width = LiftDownPool2d(4), LiftDownPool2d(4, axes="Width")
        self.refuses(
            lambda: LiftDownPool2d(4, bands=()),
            lambda: LiftDownPool2d(4, bands="LLL"),
            lambda: LiftDownPool2d(4, axes="Width", bands="LH"),
            lambda: LiftDownPool2d(4, axes="Depth"),
            lambda: LiftDownPool2d(4, axes=()),
            lambda: LiftDownPool2d(4, reduction="Median"),
            lambda: LiftDownPool2d(4, dense_max="Up"),
            lambda: LiftDownPool2d(LiftingScheme.MaxLifting(), kernel_size=3),
            lambda: LiftDownPool2d(LiftingScheme.MaxLifting(), reduction="Learned"),
            lambda: LiftDownPool2d(8, scheme=LiftingScheme(4)),
            lambda: LiftDownPool2d(0, scheme=LiftingScheme.Mean()),
            lambda: LiftUpPool2d(scheme=LiftingScheme(4), pool=pool),
            lambda: LiftUpPool2d(pool, axes="Width"),
            lambda: LiftUpPool1d(LiftDownPool3d(4, axes="Depth")),
            lambda: pool(X[0, 0]),
            lambda: pool(X[:, :3]),
            lambda: pool(X[:, :0]),
            lambda: LiftDownPool2d(LiftingScheme.Mean())(X[:, :0]),
            lambda: pool(X.double()),
            lambda: pool(X.int()),
            lambda: pool(X + 0j),
            lambda: pool(X.to("meta")),
            lambda: pool(X[..., :1]),
            lambda: LiftDownPool2d(4, dense_max="Valid")(X[..., :2]),
            lambda: LiftDownPool1d(4, dense_max="Valid")(X[0, ..., :1]),
            lambda: only_width(X[:, :, :0]),
            lambda: LiftDownPool2d(4, padding_mode="reflect")(X[..., :4]),
            lambda: LiftDownPool2d(4, kernel_size=9, padding_mode="circular")(X),
            lambda: LiftDownPool2d.Sharing(pool, reduction="Learned").double()(X),
            lambda: pool.penalties(X, "L1"),
        )

    def test_up_pools(self):
        pool = LiftDownPool2d(4)
        up, (y, bands) = LiftUpPool2d(pool), pool.forward_with_bands(X)
        planes = LiftDownPool3d(4, axes=("Width", "Height")).forward_with_bands(torch.randn(4, 2, 6, 8))[1]
        self.refuses(
            lambda: up(X),
            lambda: up(X, bands),
            lambda: up(y.double(), bands),
            lambda: up(y[:, :3], bands),
            lambda: up(bands.to(torch.float64)),
            lambda: up(planes),
            lambda: LiftUpPool2d(LiftDownPool2d(4, axes="Width"))(bands),
            lambda: LiftUpPool1d(4)(bands),
            lambda: LiftUpPool2d(8)(bands),
        )

    def test_bands(self):
        _, bands = LiftDownPool2d(4).forward_with_bands(X)
        tensors, low = bands.tensors, bands.LL
        self.refuses(
            lambda: LiftBands({}),
            lambda: LiftBands({"LL": low}),
            lambda: LiftBands({**tensors, "XX": low}),
            lambda: LiftBands({**tensors, "HH": low[..., :1]}),
            lambda: LiftBands({**tensors, "HH": low.double()}),
            lambda: LiftBands({**tensors, "HH": low.to("meta")}),
            lambda: LiftBands({"L": low, "H": low}),
            lambda: LiftBands({"L": low, "H": low}, axes=("Width", "Height")),
            lambda: LiftBands({"L": low[0, 0], "H": low[0, 0]}, axes="Height"),
            lambda: LiftBands({"L": low[0], "H": low[0]}, axes="Depth"),
            lambda: LiftBands(tensors, axes=("Width", "Time")),
            lambda: LiftBands({name: band[..., :0] for name, band in tensors.items()}),
            lambda: LiftBands({name: band[0, 0] for name, band in tensors.items()}),
            lambda: LiftBands(tensors, (2, 4, 6, 8)),
            lambda: LiftBands(tensors, (1, 4, 6, 4)),
            lambda: LiftBands(tensors, (4, 6, 4)),
            lambda: LiftBands(tensors, (2, 4, 7, 3), [X[:, :, 5:, :3]]),
            lambda: LiftBands(tensors, bands.input_shape),
            lambda: LiftBands(tensors, bands.input_shape, [X[..., :4]]),
            lambda: LiftBands(tensors, bands.input_shape, [X[..., 4:].double()]),
            lambda: LiftBands(tensors, None, bands.cropped),
            lambda: bands.replace(XX=low),
            lambda: bands.replace(HH=low[:1]),
            lambda: bands.map(lambda tensor: tensor[..., :1]),
            lambda: bands.map(torch.sum),
        )
        with self.assertRaises(KeyError):
            bands["XX"]
        self.assertFalse(hasattr(bands, "XX"))

    def test_scopes(self):
        scope = LiftRegularizer()

        def nested():
            with scope, scope:
                pass

        self.refuses(
            lambda: LiftRegularizer(lambda_u=-1),
            lambda: LiftRegularizer(lambda_p=float("nan")),
            lambda: LiftRegularizer(norm="L1"),
            lambda: LiftRegularizer().loss(),
            lambda: LiftRegularizer().c_u,
            lambda: LiftRegularizer().shares,
            nested,
        )
        self.assertIsNone(LiftRegularizer.current())


class Bands(unittest.TestCase):
    def test_they_are_data_in_any_order(self):
        pool = LiftDownPool2d(4)
        _, bands = pool.forward_with_bands(X)
        mixed = LiftBands(dict(reversed(list(bands.items()))), bands.input_shape, bands.cropped)
        self.assertEqual(list(mixed), ["LL", "LH", "HL", "HH"])
        torch.testing.assert_close(LiftUpPool2d(pool)(mixed), X)

    def test_of_chosen_axes(self):
        for axes, cropped in ((("Height",), ()), (("Width",), (X[..., 4:],))):
            pool = LiftDownPool2d(4, axes=axes)
            _, bands = pool.forward_with_bands(X)
            made = LiftBands(dict(bands.items()), X.shape, cropped, axes=axes[0].lower())
            torch.testing.assert_close(LiftUpPool2d(pool)(made), X)

    def test_map_may_change_the_batch_and_the_type(self):
        pool = LiftDownPool2d(4)
        _, bands = pool.forward_with_bands(X)
        torch.testing.assert_close(LiftUpPool2d(pool)(bands.map(lambda tensor: tensor[1:])), X[1:])
        self.assertEqual(bands.map(torch.Tensor.double).LL.dtype, torch.float64)

    def test_names_in_any_case(self):
        self.assertEqual(LiftDownPool2d(4, bands="ll").bands, ("LL",))
        self.assertEqual(LiftDownPool2d(4, bands=("hh", "Ll")).bands, ("LL", "HH"))
        self.assertEqual(LiftDownPool2d(4, axes="height", bands="lh").bands, ("H",))


class Sharing(unittest.TestCase):
    """A tied up-pool and a pool that shares add no weight and no key."""

    def setUp(self):
        self.pool = LiftDownPool2d(4)
        self.up = LiftUpPool2d(self.pool)

    def test_no_key(self):
        other = LiftDownPool2d.Sharing(self.pool, bands="LL", dense_max="Ahead")
        model = nn.ModuleDict({"down": self.pool, "up": self.up, "other": other})
        self.assertEqual(list(model.state_dict()), [f"down.{key}" for key in self.pool.state_dict()])

    def test_a_copy_of_both_is_tied_whichever_comes_first(self):
        for model in (nn.ModuleList([self.pool, self.up]), nn.ModuleList([self.up, self.pool])):
            pools = copy.deepcopy(model)
            self.assertIs(pools[0].scheme, pools[1].scheme)
            self.assertIsNot(pools[0].scheme, self.pool.scheme)

    def test_a_copy_of_the_decoder_alone_stays_tied_to_the_pool(self):
        decoder = copy.deepcopy(nn.Sequential(self.up))
        self.assertIs(decoder[0].scheme, self.pool.scheme)
        with torch.no_grad():
            for weight in self.pool.parameters():
                weight += 1
        torch.testing.assert_close(decoder(self.pool.forward_with_bands(X)[1]), X)

    def test_a_pickle_of_both_is_tied(self):
        file = io.BytesIO()
        torch.save(nn.ModuleList([self.up, self.pool]), file)
        file.seek(0)
        up, pool = torch.load(file, weights_only=False)
        self.assertIs(up.scheme, pool.scheme)

    def test_a_copy_owns_its_scheme_too(self):
        file = io.BytesIO()
        torch.save(self.pool, file)
        file.seek(0)
        for twin in (copy.deepcopy(self.pool), torch.load(file, weights_only=False)):
            with self.assertRaisesRegex(ValueError, "a scheme that no pool owns"):
                LiftDownPool2d(twin.scheme)

    def test_a_constructor_that_fails_owns_nothing(self):
        scheme = LiftingScheme(4)
        try:
            LiftDownPool2d(scheme, reduction="bogus")
        except ValueError as error:
            held = error  # and with it what was half made
        self.assertIs(LiftDownPool2d(scheme).scheme, scheme, held)

    def test_DataParallel_is_refused_where_its_copies_would_be_wrong(self):
        with self.assertRaisesRegex(ValueError, "LiftUpPool2d: expected DistributedDataParallel"):
            self.up._replicate_for_data_parallel()
        replica = LiftDownPool2d(LiftingScheme.Mean())._replicate_for_data_parallel()
        replica(X)
        with LiftRegularizer(), self.assertRaisesRegex(ValueError, "LiftRegularizer: expected DistributedDataParallel"):
            replica(X)


class Scopes(unittest.TestCase):
    def test_the_innermost_collects_and_none_outside(self):
        pool, other = LiftDownPool2d(4), LiftDownPool2d(4, reduction="Concat")
        with LiftRegularizer() as outer:
            pool(X)
            with LiftRegularizer(1, 2) as inner:
                other(X), pool(X)
        pool(X)
        self.assertEqual([layer for layer, _, _ in outer.shares], [pool])
        self.assertEqual([layer for layer, _, _ in inner.shares], [other, pool])
        torch.testing.assert_close(inner.loss(), sum(u + 2 * p for _, u, p in inner.shares))

    def test_one_scope_serves_all_steps(self):
        pool, scope, losses = LiftDownPool2d(4), LiftRegularizer(), []
        for _ in range(3):
            with scope as penalty:
                pool(X)
                losses.append(penalty.loss())
            penalty.loss().backward()  # which it may be once
        self.assertEqual(losses[0].item(), losses[1].item())
        self.assertEqual(losses[0].item(), losses[2].item())
        self.assertEqual(len(scope.shares), 1)

    def test_nothing_ran(self):
        with LiftRegularizer() as penalty:
            self.assertEqual(penalty.loss().item(), 0)


class Hooks(unittest.TestCase):
    def test_call_with_bands_runs_them_and_forward_with_bands_does_not(self):
        for on in (0.0, X[0, 0]):
            pool, seen = LiftDownPool2d(4), []
            pool.register_forward_pre_hook(lambda module, inputs: inputs[0] + on)
            pool.register_forward_hook(lambda module, inputs, output: seen.append(output) or 2 * output)
            past, bands = pool.forward_with_bands(X)
            self.assertEqual(seen, [])
            self.assertTrue(torch.equal(past, pool.forward(X)))

            y, bands = pool.call_with_bands(X)
            self.assertTrue(torch.equal(y, 2 * pool.forward(X + on)) and torch.equal(y, pool(X)))
            self.assertTrue(torch.equal(bands.HH, pool.forward_with_bands(X + on)[1].HH))

    def test_those_of_operators_run_in_every_type(self):
        for dtype in (torch.float32, torch.bfloat16):
            pool, calls = LiftDownPool2d(4, dtype=dtype), []
            conv = pool.scheme.predict.conv
            conv.register_forward_pre_hook(lambda module, _: setattr(module.weight, "data", 0 * module.weight.data))
            conv.register_forward_hook(lambda *_: calls.append(1))
            silent = pool(X.to(dtype))
            with torch.no_grad():
                pool.scheme.predict.proj.weight.zero_()
            self.assertTrue(torch.equal(silent, pool(X.to(dtype))))
            self.assertEqual(len(calls), 4)


class HalfTypes(unittest.TestCase):
    def test_gradients_are_summed_in_float32_and_rounded_once(self):
        """As those of a float32 layer with the same numbers, rounded."""
        schemes = {
            "learned": lambda: LiftingScheme(4, bias=True),
            "max-lifting": lambda: LiftingScheme.MaxLifting(learnable=True, channels=4, kernel_size=3),
            "CDF 9/7": lambda: LiftingScheme.Wavelet("Cdf97", learnable=True),
        }
        x3 = torch.randn(2, 4, 6, 5, 8, generator=torch.Generator().manual_seed(2))
        for dtype in (torch.bfloat16, torch.float16):
            for name, scheme in schemes.items():
                for make, x in ((LiftDownPool2d, X.to(dtype)), (LiftDownPool3d, x3.to(dtype))):
                    with self.subTest(dtype=dtype, scheme=name, pool=make.__name__):
                        pool = make(4, scheme=scheme(), reduction="LearnedMagnitude").to(dtype)
                        twin = copy.deepcopy(pool).float()
                        y, wanted = pool(x), twin(x.float())
                        cotangent = torch.randn(y.shape, generator=torch.Generator().manual_seed(3)).to(dtype)
                        y.backward(cotangent)
                        wanted.backward(cotangent.float())
                        self.assertTrue(torch.equal(y, wanted.to(dtype)))
                        for (key, weight), exact in zip(pool.named_parameters(), twin.parameters()):
                            self.assertTrue(torch.equal(weight.grad, exact.grad.to(dtype)), key)


class Checks(unittest.TestCase):
    """check.py and layers.py forget nothing that they found."""

    NAN = torch.tensor([float("nan"), 1.0])

    def test_the_worst_by_its_own_bound_stands(self):
        cases = {
            "NaN": (self.NAN, torch.ones(2), 1.0),
            "NaN that was wanted": (torch.ones(2), self.NAN, 1.0),
            "shape": (torch.ones(2), torch.ones(3), 1.0),
            "narrow": (torch.full((2,), 1.01), torch.ones(2), 1e-3),
            "exact": (torch.full((2,), 1.01), torch.ones(2), 0.0),
        }
        for name, (actual, wanted, bound) in cases.items():
            for order in (1, -1):
                with mock.patch.object(check, "worst", {}):
                    for where in ("before", name, "after")[::order]:
                        found = (torch.full((2,), 1.5), torch.ones(2), 1.0) if where != name else (actual, wanted, bound)
                        check.near("title", where, *found)
                    count, share, *_, where = check.worst["title"]
                    self.assertEqual((count, where), (3, name))
                    self.assertGreater(share, 1)

    def test_a_check_that_ends_early_keeps_no_other_from_the_table(self):
        def far():
            check.near("far", "here", torch.zeros(1), torch.ones(1), 1e-3)

        def broken():
            raise RuntimeError("half-way")

        def fine():
            check.near("fine", "there", torch.ones(1), torch.ones(1), 0.0)

        for checks, code in (([fine], 0), ([far, fine], 1), ([fine, broken, fine], 1), ([broken], 1)):
            printed = io.StringIO()
            with mock.patch.multiple(check, worst={}, CHECKS=checks), contextlib.redirect_stdout(printed):
                with contextlib.redirect_stderr(printed), self.assertRaises(SystemExit) as end:
                    check.main()
            self.assertEqual(end.exception.code, code)
            for made in checks:
                self.assertIn("half-way" if made is broken else made.__name__, printed.getvalue())

    def test_a_layer_that_gives_NaN_differs(self):
        self.assertEqual(layers.difference(self.NAN, torch.ones(2)), float("inf"))
        self.assertEqual(layers.difference(torch.ones(2), self.NAN), float("inf"))


if __name__ == "__main__":
    unittest.main()
