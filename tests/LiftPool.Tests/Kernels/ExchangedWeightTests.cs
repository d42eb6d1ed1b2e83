using System.Runtime.InteropServices;
using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>
/// Weights that are not as they were made: exchanged in place, views with gaps, of one operator moved to another type. The memory
/// of such a weight is read as it lies, or not at all: the answer is right, or an error.
/// </summary>
public sealed class ExchangedWeightTests : IClassFixture<OneThread>
{
    private const int Channels = 6;

    private static readonly Dictionary<string, Func<ScalarType, LiftingScheme>> Schemes = new()
    {
        ["paper's"] = dtype => new(Channels, kernel_size: 3, bias: true, dtype: dtype),
        ["wavelet"] = dtype => LiftingScheme.Wavelet(Wavelet.Cdf97, dtype: dtype),
        ["learnable wavelet, a filter a channel"] = dtype
            => LiftingScheme.Wavelet(Wavelet.D4, learnable: true, channels: Channels, dtype: dtype),
    };

    /// <summary>In-place exchanges that leave the values as they are.</summary>
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Views = new()
    {
        ["every second element"] = weight => Wide(weight).select(-1, 0),
        ["axes the other way round"] = weight => Reversed(Reversed(weight).contiguous()),
        ["expanded"] = weight => weight.expand([2, .. weight.shape]).select(0, 1),
        ["from the middle of another"] = weight => Wide(weight, at: 0).select(0, 1),
    };

    public static TheoryData<string, int, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, string>();
            foreach (var scheme in Schemes.Keys)
            {
                foreach (var path in new[] { ComputePath.Paths[0], "scalar", "tensor" })
                {
                    cases.Add(scheme, 1, path);
                    cases.Add(scheme, 2, path);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_view_of_the_same_values_gives_the_same(string scheme, int axes, string path)
    {
        foreach (var (name, view) in Views)
        {
            foreach (var key in Keys(scheme))
            {
                using var scope = NewDisposeScope();
                manual_seed(1);
                using var pool = AnyPool.Down(axes, Schemes[scheme](ScalarType.Float64), channels: Channels);
                var x = Input(axes, ScalarType.Float64);
                var expected = Values(pool, x, "tensor");
                using (no_grad())
                {
                    var weight = pool.Scheme.state_dict()[key];
                    weight.set_(view(weight.detach().clone()));
                }

                var found = Values(pool, x, path);

                found.Keys.Should().Equal(expected.Keys);
                foreach (var (value, right) in expected)
                {
                    found[value].ErrorTo(right).Should().BeLessThan(1e-12, "{0} agrees, {1} being a view: {2}", value, key, name);
                }
            }
        }
    }

    // A float read as a double is no number of anybody's, and the last ones lie behind the end.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_an_operator_in_another_type_comes_the_right_answer_or_an_error(string scheme, int axes, string path)
    {
        foreach (var (dtype, other) in new[] { (ScalarType.Float32, ScalarType.Float64), (ScalarType.Float64, ScalarType.Float32) })
        {
            foreach (var name in Modules(scheme))
            {
                using var scope = NewDisposeScope();
                manual_seed(2);
                using var pool = AnyPool.Down(axes, Schemes[scheme](dtype), channels: Channels);
                using var up = AnyPool.Up(axes, pool);
                var x = Input(axes, dtype);
                var (_, bands) = pool.forward_with_bands(x);
                pool.Scheme.named_modules().Single(module => module.name == name).module.to(other);

                using var forced = ComputePath.Force(path);
                RightOrRefused(() => pool.forward_with_bands(x).bands.Bands, bands.Bands, name);
                RightOrRefused(() => [up.forward(bands)], [x], name);
            }
        }
    }

    // Fewer weights than channels, or more; a filter of several channels; other taps.
    [Theory]
    [MemberData(nameof(Cases))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Of_a_weight_of_another_shape_comes_what_tensor_operations_give_or_an_error(string scheme, int axes, string path)
    {
        foreach (var key in Keys(scheme))
        {
            foreach (var (axis, length) in new[] { (0, 1L), (0, 2L), (0, Channels + 2L), (1, 2L), (2, 1L), (2, 5L) })
            {
                using var scope = NewDisposeScope();
                manual_seed(3);
                using var pool = AnyPool.Down(axes, Schemes[scheme](ScalarType.Float64), channels: Channels);
                var x = Input(axes, ScalarType.Float64);
                using (no_grad())
                {
                    var weight = pool.Scheme.state_dict()[key];
                    if (axis >= weight.dim())
                    {
                        continue;
                    }

                    var shape = weight.shape;
                    shape[axis] = length;
                    weight.set_(randn(shape, ScalarType.Float64));
                }

                IReadOnlyList<Tensor> Bands(string way)
                {
                    using var forced = ComputePath.Force(way);
                    return pool.forward_with_bands(x).bands.Bands;
                }

                IReadOnlyList<Tensor>? right = null;
                if (Record.Exception(() => right = Bands("tensor")) is { } error)
                {
                    var refused = Record.Exception(() => Bands(path));
                    refused.Should().BeOfType(error.GetType(), "axis {0} of {1} has the length {2}", axis, key, length);
                }
                else
                {
                    RightOrRefused(() => Bands(path), right!, $"{key}, axis {axis}, length {length}");
                }
            }
        }
    }

    private static List<string> Keys(string scheme)
    {
        using var one = Schemes[scheme](ScalarType.Float32);
        return [.. one.state_dict().Keys];
    }

    private static List<string> Modules(string scheme)
    {
        using var one = Schemes[scheme](ScalarType.Float32);
        return [.. one.named_modules().Select(module => module.name).Where(name => name.Length > 0)];
    }

    private static Tensor Input(int axes, ScalarType dtype) => randn([2, Channels, .. new long[] { 8, 6 }[..axes]], dtype);

    // The values, and beside each something that is not to be read.
    private static Tensor Wide(Tensor weight, int at = -1)
        => at < 0 ? stack([weight, full_like(weight, 100)], -1) : stack([full_like(weight, 100), weight, full_like(weight, 100)]);

    private static Tensor Reversed(Tensor weight)
        => weight.permute([.. Enumerable.Range(0, (int)weight.dim()).Reverse().Select(axis => (long)axis)]);

    /// <summary>Bands, the inverse, and all gradients.</summary>
    private static Dictionary<string, Tensor> Values(LiftDownPool pool, Tensor input, string path)
    {
        using var forced = ComputePath.Force(path);
        pool.zero_grad();
        var x = input.detach().requires_grad_(true);
        using var up = AnyPool.Up((int)x.dim() - 2, pool);
        var (_, bands) = pool.forward_with_bands(x);
        var values = bands.Names.ToDictionary(name => name, name => bands[name]);
        values["restored"] = up.forward(bands[bands.Names[0]].mul(0.5), bands);
        values.Values.Select(value => value.square().sum()).Aggregate((sum, term) => sum + term).backward();
        values["gradient"] = x.grad!;
        foreach (var (name, weight) in pool.named_parameters())
        {
            values[$"gradient of {name}"] = weight.grad!;
        }

        return values.ToDictionary(value => value.Key, value => value.Value.detach().clone());
    }

    private static void RightOrRefused(Func<IReadOnlyList<Tensor>> call, IReadOnlyList<Tensor> right, string what)
    {
        IReadOnlyList<Tensor> found = [];
        var error = Record.Exception(() => found = call());
        if (error is null)
        {
            found.Zip(right, (one, wanted) => one.ErrorTo(wanted)).Max().Should().BeLessThan(2e-6, "{0} was changed", what);
        }
        else
        {
            // LiftPool's, the user's operator's, LibTorch's.
            var expected = error is ArgumentException or InvalidOperationException or ExternalException;
            expected.Should().BeTrue("{0} was changed, and {1} came", what, error.GetType());
        }
    }
}
