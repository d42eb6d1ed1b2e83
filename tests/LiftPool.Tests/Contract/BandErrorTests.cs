namespace LiftPool.Tests;

/// <summary>What an up-pool, a scheme and the bands themselves refuse.</summary>
public sealed class BandErrorTests
{
    public static TheoryData<int> Dimensions => new(1, 2, 3);

    [Theory]
    [InlineData(1, 2, "LL, LH, HL, HH")]
    [InlineData(2, 3, "LLL, LLH, LHL, LHH, HLL, HLH, HHL, HHH")]
    [InlineData(2, 1, "L, H")]
    [InlineData(3, 2, "LL, LH, HL, HH")]
    public void Bands_of_another_dimension(int axes, int other, string names)
    {
        using var scope = NewDisposeScope();
        using var up = AnyPool.Up(axes, AnyPool.Down(axes, 3));
        var (y, bands) = AnyPool.Down(other, 3).forward_with_bands(zeros(AnyPool.Eights(other, 2, 3)));
        RefusedByBothForms(up, y, bands, $"LiftUpPool{axes}d", $"the bands of a {axes}-D pool", $"those of a {other}-D pool: {names}", "bands");
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Bands_of_other_channels_dtype_or_device(int axes)
    {
        using var scope = NewDisposeScope();
        using var up = AnyPool.Up(axes, AnyPool.Down(axes, 3));
        var layer = $"LiftUpPool{axes}d";

        var (y, bands) = AnyPool.Down(axes, 4).forward_with_bands(zeros(AnyPool.Eights(axes, 2, 4)));
        RefusedByBothForms(up, y, bands, layer, "3 channels", "4 in [2, 4, ", "bands");

        (y, bands) = AnyPool.Down(axes, 3, dtype: ScalarType.Float64).forward_with_bands(zeros(AnyPool.Eights(axes, 2, 3), ScalarType.Float64));
        RefusedByBothForms(up, y, bands, layer, "Float32 as its weights are", "Float64", "bands");

        (y, bands) = AnyPool.Down(axes, new LiftingScheme(Identity(), Identity())).forward_with_bands(zeros(AnyPool.Eights(axes, 2, 3), device: device("meta")));
        RefusedByBothForms(up, y, bands, layer, "cpu as its weights are", "meta", "bands");
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Features_that_do_not_fit_the_bands(int axes)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, 3);
        using var up = AnyPool.Up(axes, pool);
        var (y, bands) = pool.forward_with_bands(zeros(AnyPool.Eights(axes, 2, 3)));
        var layer = $"LiftUpPool{axes}d";
        var wanted = $"features of the approximation's shape [{string.Join(", ", y.shape)}]";

        foreach (var features in new[] { zeros(AnyPool.Eights(axes, 2, 3)), y[0], y.unsqueeze(0), y.narrow(0, 0, 1), y.narrow(1, 0, 2), zeros([]) })
        {
            BadCall.Refused(() => up.forward(features, bands), layer, wanted, $"[{string.Join(", ", features.shape)}]", "features");
        }

        foreach (var dtype in new[] { ScalarType.Float64, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Bool, ScalarType.ComplexFloat32 })
        {
            var features = y.detach().to(dtype);
            BadCall.Refused(() => up.forward(features, bands), layer, dtype is ScalarType.Float64 or ScalarType.BFloat16 ? "Float32" : "a real floating-point tensor", $"{dtype}", "features");
        }

        var elsewhere = y.detach().to(device("meta"));
        BadCall.Refused(() => up.forward(elsewhere, bands), layer, "cpu as its weights are", "meta", "features");
    }

    // With no weight to compare them with, features and bands can still be compared with each other.
    [Fact]
    public void Features_of_another_dtype_or_device_than_the_bands_where_there_are_no_weights()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(new LiftingScheme(Identity(), Identity()));
        using var up = new LiftUpPool1d(pool);
        var (y, bands) = pool.forward_with_bands(zeros(2, 3, 8));
        var features = y.to(ScalarType.Float64);
        var elsewhere = y.to(device("meta"));
        BadCall.Refused(() => up.forward(features, bands), "LiftUpPool1d", "Float32", "Float64", "features");
        BadCall.Refused(() => up.forward(elsewhere, bands), "LiftUpPool1d", "cpu", "meta", "features");
        BadCall.Refused(() => up.call(elsewhere, bands), "LiftUpPool1d", "cpu", "meta", "features");
        var (s, d, distant) = (zeros(2, 3, 4), zeros(2, 3, 4, ScalarType.Float64), zeros(2, 3, 4, device: device("meta")));
        BadCall.Refused(() => pool.Scheme.unlift(s, d), "LiftingScheme", "Float32", "Float64", "d");
        BadCall.Refused(() => pool.Scheme.unlift(s, distant), "LiftingScheme", "cpu", "meta", "d");
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Bands_too_short_for_the_padding(int axes)
    {
        using var scope = NewDisposeScope();
        using var reflecting = AnyPool.Up(axes, AnyPool.Down(axes, 3, padding_mode: PaddingModes.Reflect));
        using var circling = AnyPool.Up(axes, AnyPool.Down(axes, 3, kernel_size: 7, padding_mode: PaddingModes.Circular));
        using var pool = AnyPool.Down(axes, 3);
        var (two, bandsOfTwo) = pool.forward_with_bands(zeros([2, 3, .. Enumerable.Repeat(4L, axes)]));
        var (_, bandsOfThree) = pool.forward_with_bands(zeros([2, 3, .. Enumerable.Repeat(6L, axes)]));

        RefusedByBothForms(reflecting, two, bandsOfTwo, $"LiftUpPool{axes}d", "more than 2 samples", "2", "bands");
        RefusedByBothForms(circling, two, bandsOfTwo, $"LiftUpPool{axes}d", "at least 3 samples", "2", "bands");
        reflecting.forward(bandsOfThree).shape.Should().Equal(bandsOfThree.InputShape);
        circling.forward(bandsOfThree).shape.Should().Equal(bandsOfThree.InputShape);
        for (var axis = 0; axis < axes; axis++)
        {
            long[] lengths = [.. Enumerable.Repeat(6L, axes)];
            lengths[axis] = 4;
            var (shortOnOne, bandsShortOnOne) = pool.forward_with_bands(zeros([2, 3, .. lengths]));
            RefusedByBothForms(reflecting, shortOnOne, bandsShortOnOne, $"LiftUpPool{axes}d", "more than 2 samples", "2", "bands");
        }
    }

    [Fact]
    public void Null_features_bands_and_names()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3);
        using var up = new LiftUpPool2d(pool);
        var (y, bands) = pool.forward_with_bands(zeros(2, 3, 8, 8));
        BadCall.Thrown<ArgumentNullException>(() => up.forward(null!, bands)).ParamName.Should().Be("features");
        BadCall.Thrown<ArgumentNullException>(() => up.forward(y, null!)).ParamName.Should().Be("bands");
        BadCall.Thrown<ArgumentNullException>(() => up.forward(null!)).ParamName.Should().Be("bands");
        BadCall.Thrown<ArgumentNullException>(() => up.call(null!)).ParamName.Should().Be("bands");
        BadCall.Thrown<ArgumentNullException>(() => _ = bands[null!]).ParamName.Should().Be("name");
    }

    [Theory]
    [InlineData(1, "L, H")]
    [InlineData(2, "LL, LH, HL, HH")]
    [InlineData(3, "LLL, LLH, LHL, LHH, HLL, HLH, HHL, HHH")]
    public void An_unknown_band_is_told_those_that_exist(int axes, string names)
    {
        using var scope = NewDisposeScope();
        var (_, bands) = AnyPool.Down(axes, 3).forward_with_bands(zeros(AnyPool.Eights(axes, 2, 3)));
        foreach (var name in new[] { "X", "", "ll", "LHLH", "All" })
        {
            BadCall.Refused(() => _ = bands[name], "LiftBands", $"one of the bands {names}", $"\"{name}\"", "name");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_short_names_of_two_axes_on_bands_of_other_dimensions(int axes)
    {
        using var scope = NewDisposeScope();
        var (_, bands) = AnyPool.Down(axes, 3).forward_with_bands(zeros(AnyPool.Eights(axes, 2, 3)));
        BadCall.Refused(() => _ = bands.LL, "LiftBands", string.Join(", ", bands.Names), "\"LL\"", "name");
        BadCall.Refused(() => _ = bands.LH, "LiftBands", string.Join(", ", bands.Names), "\"LH\"", "name");
        BadCall.Refused(() => _ = bands.HL, "LiftBands", string.Join(", ", bands.Names), "\"HL\"", "name");
        BadCall.Refused(() => _ = bands.HH, "LiftBands", string.Join(", ", bands.Names), "\"HH\"", "name");
    }

    [Fact]
    public void Signals_that_a_scheme_cannot_lift()
    {
        using var scope = NewDisposeScope();
        using var scheme = new LiftingScheme(3);
        using var reflecting = new LiftingScheme(3, padding_mode: PaddingModes.Reflect);
        void Refused(Tensor x, long dim, string wanted, string got, string parameter)
            => BadCall.Refused(() => scheme.lift(x, dim), "LiftingScheme", wanted, got, parameter);

        Refused(zeros(3, 8), -1, "[B, C, ...] of at least three axes", "[3, 8]", "x");
        Refused(zeros(2, 4, 8), -1, "3 channels", "4 in [2, 4, 8]", "x");
        Refused(zeros(2, 3, 8, ScalarType.Float64), -1, "Float32", "Float64", "x");
        Refused(zeros(2, 3, 8, ScalarType.Int64), -1, "a real floating-point tensor", "Int64", "x");
        Refused(zeros(2, 3, 8, device: device("meta")), -1, "cpu", "meta", "x");
        Refused(zeros(2, 3, 8, 7), 3, "an even, positive length", "7 on axis 3 of [2, 3, 8, 7]", "x");
        Refused(zeros(2, 3, 0, 8), -2, "an even, positive length", "0 on axis 2 of [2, 3, 0, 8]", "x");
        foreach (var dim in new[] { 0, 1, 3, -2, -3, -4, 9 })
        {
            Refused(zeros(2, 3, 8), dim, "an axis that is neither batch nor channels", $"{dim} for [2, 3, 8]", "dim");
        }

        var four = zeros(2, 3, 4);
        BadCall.Refused(() => reflecting.lift(four), "LiftingScheme", "more than 2 samples", "2", "x");
        BadCall.Thrown<ArgumentNullException>(() => scheme.lift(null!)).ParamName.Should().Be("x");
    }

    [Fact]
    public void Halves_that_a_scheme_cannot_put_together()
    {
        using var scope = NewDisposeScope();
        using var scheme = new LiftingScheme(3);
        using var reflecting = new LiftingScheme(3, padding_mode: PaddingModes.Reflect);
        var half = zeros(2, 3, 4);
        void Refused(Tensor s, Tensor d, long dim, string wanted, string got, string parameter)
            => BadCall.Refused(() => scheme.unlift(s, d, dim), "LiftingScheme", wanted, got, parameter);

        Refused(zeros(3, 4), half, -1, "[B, C, ...] of at least three axes", "[3, 4]", "s");
        Refused(half, zeros(3, 4), -1, "[B, C, ...] of at least three axes", "[3, 4]", "d");
        Refused(half, zeros(2, 3, 5), -1, "the approximation's shape [2, 3, 4]", "[2, 3, 5]", "d");
        Refused(zeros(2, 4, 4), zeros(2, 4, 4), -1, "3 channels", "4 in [2, 4, 4]", "s");
        Refused(half, zeros(2, 3, 4, ScalarType.Float64), -1, "Float32", "Float64", "d");
        Refused(half.to(ScalarType.Int32), half, -1, "a real floating-point tensor", "Int32", "s");
        Refused(half, zeros(2, 3, 4, device: device("meta")), -1, "cpu", "meta", "d");
        Refused(half, half, 1, "an axis that is neither batch nor channels", "1 for [2, 3, 4]", "dim");

        var two = zeros(2, 3, 2);
        BadCall.Refused(() => reflecting.unlift(two, two), "LiftingScheme", "more than 2 samples", "2", "s");
        BadCall.Thrown<ArgumentNullException>(() => scheme.unlift(null!, half)).ParamName.Should().Be("s");
        BadCall.Thrown<ArgumentNullException>(() => scheme.unlift(half, null!)).ParamName.Should().Be("d");
    }

    private static void RefusedByBothForms(LiftUpPool up, Tensor features, LiftBands bands, string layer, string wanted, string got, string parameter)
    {
        BadCall.Refused(() => up.forward(features, bands), layer, wanted, got, parameter);
        BadCall.Refused(() => up.forward(bands), layer, wanted, got, parameter);
        BadCall.Refused(() => up.call(features, bands), layer, wanted, got, parameter);
        BadCall.Refused(() => up.call(bands), layer, wanted, got, parameter);
    }
}
