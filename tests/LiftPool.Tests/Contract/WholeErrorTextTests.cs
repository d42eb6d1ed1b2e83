namespace LiftPool.Tests;

/// <summary>Complaints whose parts depend on the case, word for word, and the arguments that are blamed for null.</summary>
public sealed class WholeErrorTextTests
{
    [Theory]
    [InlineData(DenseMax.None, false, "at least 2 samples on every spatial axis")]
    [InlineData(DenseMax.None, true, "at least 1 sample on every spatial axis")]
    [InlineData(DenseMax.Valid, false, "at least 3 samples on every spatial axis")]
    [InlineData(DenseMax.Valid, true, "at least 2 samples on every spatial axis")]
    public void An_input_without_samples(DenseMax window, bool ceil, string wanted)
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3, ceil_mode: ceil, dense_max: window);
        var none = zeros(2, 3, 0, 8);

        Said(() => pool.forward(none), $"LiftDownPool2d: expected {wanted}, got [2, 3, 0, 8]. (Parameter 'input')");
    }

    [Fact]
    public void An_input_without_samples_along_one_axis_in_ceil_mode()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3, ceil_mode: true, axes: LiftAxes.Width);
        var none = zeros(2, 3, 8, 0);

        Said(
            () => pool.forward(none),
            "LiftDownPool2d: expected at least 1 sample on every spatial axis, got [2, 3, 8, 0]. (Parameter 'input')");
    }

    [Fact]
    public void Maps_to_other_ranks()
    {
        using var scope = NewDisposeScope();
        var all = new LiftDownPool2d(3).forward_with_bands(zeros(2, 3, 4, 6)).bands;
        var width = new LiftDownPool2d(3, axes: LiftAxes.Width).forward_with_bands(zeros(2, 3, 4, 6)).bands;
        const string One = "LiftBands: expected bands [N, C, H, W] or [C, H, W] of at least one sample";

        Said(() => width.Map(band => band.unsqueeze(0)), $"{One} along Width, got [1, 2, 3, 4, 3]. (Parameter 'map')");
        Said(
            () => all.Map(band => band.unsqueeze(0)),
            $"{One} on every spatial axis (or the argument axes, if not all were lifted), got [1, 2, 3, 2, 3]. (Parameter 'map')");
        Said(() => all.Map(band => band[0][0]), $"{One} on every spatial axis, got [2, 3]. (Parameter 'map')");
        Said(
            () => all.Map(band => band.narrow(2, 0, 0).unsqueeze(0)),
            $"{One} on every spatial axis, got [1, 2, 3, 0, 3]. (Parameter 'map')");
    }

    [Fact]
    public void Maps_to_nothing_or_to_what_is_gone()
    {
        using var scope = NewDisposeScope();
        var (_, bands) = new LiftDownPool2d(3).forward_with_bands(zeros(2, 3, 5, 6));
        Tensor Gone(Tensor band)
        {
            var gone = band.clone();
            gone.Dispose();
            return gone;
        }

        foreach (var name in bands.Names)
        {
            FluentActions.Invoking(() => bands.Map((which, band) => which == name ? null! : band))
                .Should().Throw<ArgumentNullException>().WithParameterName("map");
            Said(
                () => bands.Map((which, band) => which == name ? Gone(band) : band),
                $"LiftBands: expected tensors that are not disposed, got a disposed band {name}. (Parameter 'map')");
        }
    }

    [Fact]
    public void Cropped_samples_that_are_too_many_nothing_or_gone()
    {
        using var scope = NewDisposeScope();
        Tensor[] bands = [.. Enumerable.Range(0, 4).Select(_ => zeros(2, 3, 4, 5))];
        var (column, row) = (zeros(2, 3, 9, 1), zeros(2, 3, 1, 10));
        row.Dispose();

        Said(
            () => _ = new LiftBands(bands, [2, 3, 8, 10], [column]),
            "LiftBands: expected 0 tensors of cropped samples, for bands [2, 3, 4, 5] of an input [2, 3, 8, 10], got 1. "
            + "(Parameter 'cropped')");
        Said(
            () => _ = new LiftBands(bands, [2, 3, 9, 11], [column]),
            "LiftBands: expected 2 tensors of cropped samples, of [2, 3, 9, 1] and [2, 3, 1, 10], for bands [2, 3, 4, 5] "
            + "of an input [2, 3, 9, 11], got 1. (Parameter 'cropped')");
        Said(
            () => _ = new LiftBands(bands, [2, 3, 9, 11], [column, row]),
            "LiftBands: expected tensors that are not disposed, got a disposed cropped[1]. (Parameter 'cropped')");
        FluentActions.Invoking(() => new LiftBands(bands, [2, 3, 9, 11], [null!, row]))
            .Should().Throw<ArgumentNullException>().WithParameterName("cropped");
    }

    [Fact]
    public void A_shape_that_does_not_give_the_bands_and_integers_that_are_too_large()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Haar, lossless: true));
        Tensor[] bands = [.. Enumerable.Range(0, 4).Select(_ => zeros(2, 3, 4, 5))];

        Said(
            () => _ = new LiftBands(bands, [2, 3, 8, 13]),
            "LiftBands: expected the shape of an input that gives bands [2, 3, 4, 5]: twice their length along Width, Height, or on some "
            + "one sample more (cropped in floor mode), or on some one less (extended in ceil_mode), got [2, 3, 8, 13]. "
            + "(Parameter 'inputShape')");
        Said(
            () => pool.forward(tensor([0f, 1 << 25]).view(1, 1, 2)),
            "LiftingScheme: expected integers whose bands Float32 holds, up to 16777216, for a lossless scheme, got 33554432 in a half or a "
            + "band; a wider dtype holds more. (Parameter 'input')");
    }

    [Fact]
    public void A_scheme_that_an_up_pool_owns()
    {
        using var learned = new LiftUpPool1d(3);
        using var wavelet = new LiftUpPool1d(LiftingScheme.Wavelet(Wavelet.Haar));

        foreach (var up in new[] { learned, wavelet })
        {
            Said(
                () => _ = new LiftDownPool1d(up.Scheme),
                "LiftDownPool1d: expected a scheme that no pool owns, or the pool itself to share its operators, got the scheme of a "
                + "LiftUpPool1d. (Parameter 'scheme')");
        }
    }

    [Fact]
    public void Gains_taps_and_roundings()
    {
        const string Scheme = "LiftingScheme: expected a";
        Said(() => Of(StepRounding.None, detail: 0), $"{Scheme} finite gain that is not 0, got 0. (Parameter 'detail_gain')");
        Said(() => Of(StepRounding.None, double.NaN), $"{Scheme} finite gain that is not 0, got NaN. (Parameter 'approximation_gain')");
        Said(() => Of(StepRounding.Down, detail: 2), $"{Scheme} gain of 1 where a step rounds, got 2. (Parameter 'detail_gain')");
        Said(() => LiftingOperators.Filter([1, 1]), "LiftingOperators: expected an odd number of taps, got 2. (Parameter 'taps')");
        Said(
            () => LiftingStep.Predict(new Times(1), (StepRounding)7),
            "LiftingStep: expected a rounding of the enum, got 7. (Parameter 'rounding')");

        Said(() => _ = new LiftingScheme([null!]), "LiftingScheme: expected steps, got one that is null. (Parameter 'steps')");
        FluentActions.Invoking(() => new LiftingScheme((IReadOnlyList<LiftingStep>)null!))
            .Should().Throw<ArgumentNullException>().WithParameterName("steps");

        static void Of(StepRounding rounding, double approximation = 1, double detail = 1)
            => new LiftingScheme([LiftingStep.Predict(new Times(1), rounding)], approximation, detail).Dispose();
    }

    [Fact]
    public void One_operator_in_two_steps_with_another_between_them()
    {
        using var twice = new Times(0.5);

        Said(
            () => _ = new LiftingScheme([LiftingStep.Predict(twice), LiftingStep.Update(new Times(1)), LiftingStep.Predict(twice)]),
            "LiftingScheme: expected a module for each operator, got one Times twice. (Parameter 'steps')");
    }

    [Fact]
    public void A_lossless_scheme_whose_operator_works_in_a_type_that_ends_at_256()
    {
        using var brief = nn.Conv1d(1, 1, 1, bias: false, dtype: ScalarType.BFloat16);

        Said(
            () => _ = new LiftingScheme([LiftingStep.Predict(brief, StepRounding.Nearest)]),
            "LiftingScheme: expected Float64, Float32 or Float16, which hold the integers of a lossless scheme, got BFloat16. "
            + "(Parameter 'dtype')");
    }

    [Fact]
    public void Pyramids()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3);
        using var pyramid = new LiftPyramid(pool, new LiftDownPool2d(3));
        var (two, bands) = (zeros(3, 8), pyramid.forward(zeros(2, 3, 8, 8)));

        // The first level's input, not what the second would get of it.
        Said(() => pyramid.forward(two), "LiftDownPool2d: expected a tensor [N, C, H, W] or [C, H, W], got [3, 8]. (Parameter 'input')");
        Null(() => pyramid.forward(null!), "input");
        Null(() => pyramid.unlift(null!), "bands");
        Null(() => pyramid.unlift(bands.Approximation, null!), "bands");
        Null(() => pyramid.unlift(null!, bands), "approximation");
        Null(() => _ = new LiftPyramid(pool, null!), "pools");
        Null(() => bands.Map((Func<int, string, Tensor, Tensor>)null!), "map");
        Said(
            () => _ = new LiftPyramid(pool, pool),
            "LiftPyramid: expected each pool once, or one pool and a count for all levels, got a pool twice. (Parameter 'pools')");

        var mapped = 0;
        bands.Levels[1].Dispose();
        Null(() => bands.Map((Func<Tensor, Tensor>)null!), "map");
        FluentActions.Invoking(() => bands.Map((_, _, band) => band.mul(++mapped))).Should().Throw<ObjectDisposedException>();
        mapped.Should().Be(0, "no level is mapped if one is gone");
    }

    private static void Null(Action call, string parameter) => call.Should().Throw<ArgumentNullException>().WithParameterName(parameter);

    private static void Said(Action call, string text) => call.Should().Throw<ArgumentException>().Which.Message.Should().Be(text);
}
