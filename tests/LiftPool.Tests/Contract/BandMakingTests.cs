namespace LiftPool.Tests;

/// <summary>Bands made from tensors, read, and gone through: an up-pool and a pyramid take them as a pool's own.</summary>
public sealed class BandMakingTests
{
    [Theory]
    [InlineData(1, true, false, false)]
    [InlineData(1, false, true, false)]
    [InlineData(2, true, false, false)]
    [InlineData(2, true, true, true)]
    [InlineData(2, true, false, true)]
    [InlineData(2, false, false, false)]
    [InlineData(3, true, false, true)]
    [InlineData(3, true, true, false)]
    [InlineData(3, false, false, false)]
    public void Made_from_a_pools_tensors_they_restore_its_input(int axes, bool batched, bool ceilMode, bool channelsLast)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = AnyPool.Down(axes, 3, ceil_mode: ceilMode, dtype: ScalarType.Float64);
        using var up = AnyPool.Up(axes, pool);
        var x = Laid(Odd(axes, batched), channelsLast);
        var (_, own) = pool.forward_with_bands(x);

        var byName = new LiftBands(own.ToDictionary(), own.InputShape, own.Cropped);
        var inOrder = new LiftBands([.. own.Values], own.InputShape, own.Cropped);
        var copied = new LiftBands(own);

        foreach (var made in new[] { byName, inOrder, copied })
        {
            made.Names.Should().Equal(own.Names);
            made.InputShape.Should().Equal(x.shape);
            made.Cropped.Should().HaveCount(ceilMode ? 0 : axes);
            made.Names.Should().OnlyContain(name => made[name].IsExactly(own[name]) && made[name].Handle != own[name].Handle);
            up.forward(made).ErrorTo(x).Should().BeLessThan(4e-15);
            up.forward(made[made.Names[0]], made).ErrorTo(x).Should().BeLessThan(4e-15);
            up.call(made).stride().Should().Equal(up.call(own).stride());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Without_a_shape_the_input_was_twice_as_long(int axes)
    {
        using var scope = NewDisposeScope();
        using var up = AnyPool.Up(axes, AnyPool.Down(axes, 3));
        long[] lengths = [.. new long[] { 2, 4, 3 }.TakeLast(axes)];
        var bands = new LiftBands([.. Enumerable.Range(0, 1 << axes).Select(_ => zeros([2, 3, .. lengths]))]);

        long[] shape = [2, 3, .. lengths.Select(length => 2 * length)];
        bands.InputShape.Should().Equal(shape);
        bands.Cropped.Should().BeEmpty();
        up.forward(bands).shape.Should().Equal(shape);
    }

    [Fact]
    public void What_is_given_beside_bands_counts_for_more_than_theirs()
    {
        using var scope = NewDisposeScope();
        var (_, bands) = new LiftDownPool2d(3).forward_with_bands(zeros(2, 3, 9, 6));

        new LiftBands(bands, inputShape: [2, 3, 7, 6]).InputShape.Should().Equal(2, 3, 7, 6);
        var uncropped = new LiftBands(bands, cropped: []);
        uncropped.InputShape.Should().Equal(2, 3, 8, 6);
        uncropped.Cropped.Should().BeEmpty();
    }

    // With P = U = 0 the bands are the four phases of the samples, written down here by hand.
    [Fact]
    public void Bands_written_by_hand_go_where_they_belong()
    {
        using var scope = NewDisposeScope();
        using var up = new LiftUpPool2d(new LiftDownPool2d(HandSchemes.Split()));
        var x = arange(1, 16, ScalarType.Float64).reshape(1, 1, 3, 5);
        Tensor Of(params double[] values) => tensor(values, ScalarType.Float64);

        // x is  1  2  3  4  5 /  6  7  8  9 10 / 11 12 13 14 15; the low halves are the second of each pair.
        var bands = new LiftBands(
            new Dictionary<string, Tensor>
            {
                ["HH"] = Of(1, 3).reshape(1, 1, 1, 2),
                ["HL"] = Of(6, 8).reshape(1, 1, 1, 2),
                ["LH"] = Of(2, 4).reshape(1, 1, 1, 2),
                ["LL"] = Of(7, 9).reshape(1, 1, 1, 2),
            },
            inputShape: [1, 1, 3, 5],
            cropped: [Of(5, 10, 15).reshape(1, 1, 3, 1), Of(11, 12, 13, 14).reshape(1, 1, 1, 4)]);

        up.forward(bands).IsExactly(x).Should().BeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Cropped_samples_are_the_last_of_each_odd_axis(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = AnyPool.Down(axes, 3);
        var x = Odd(axes, batched: true).to(ScalarType.Float32);

        var (_, bands) = pool.forward_with_bands(x);

        for (var (i, rest) = (0, x); i < axes; i++)
        {
            var last = rest.size(-1 - i) - 1;
            bands.Cropped[i].IsExactly(rest.narrow(-1 - i, last, 1)).Should().BeTrue("axis {0}", -1 - i);
            rest = rest.narrow(-1 - i, 0, last);
        }
    }

    [Fact]
    public void They_are_a_dictionary()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool2d(channels: 3);
        var (_, bands) = pool.forward_with_bands(randn(2, 3, 6, 4));

        bands.Should().HaveCount(4);
        bands.Select(pair => pair.Key).Should().Equal("LL", "LH", "HL", "HH");
        bands.Should().OnlyContain(pair => ReferenceEquals(pair.Value, bands[pair.Key]));
        bands.Values.Should().Equal(bands.LL, bands.LH, bands.HL, bands.HH);
        ((IReadOnlyDictionary<string, Tensor>)bands).Keys.Should().Equal(bands.Names);
        bands.TryGetValue("HL", out var found).Should().BeTrue();
        found.Should().BeSameAs(bands.HL);
        bands.TryGetValue("X", out _).Should().BeFalse();
        bands.ContainsKey("LLL").Should().BeFalse();

        bands.Dispose();
        Action[] uses =
        [
            () => _ = bands.Values, () => _ = bands.Cropped, () => bands.GetEnumerator(), () => bands.TryGetValue("HL", out _),
            () => _ = new LiftBands(bands), () => bands.With("HL", zeros(1)), () => bands.WithCropped([]), () => bands.to(CPU),
        ];
        foreach (var use in uses)
        {
            use.Should().ThrowExactly<ObjectDisposedException>().Which.ObjectName.Should().Contain(nameof(LiftBands));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pyramid_takes_levels_that_were_made(bool ceilMode)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pyramid = new LiftPyramid(new LiftDownPool2d(channels: 3, ceil_mode: ceilMode, dtype: ScalarType.Float64), 3);
        var x = randn([2, 3, 23, 30], ScalarType.Float64);
        var own = pyramid.forward(x);

        // Finer approximations may hold anything.
        LiftBands Made(LiftBands bands, bool last)
            => new([last ? bands.LL : full_like(bands.LL, double.NaN), bands.LH, bands.HL, bands.HH], bands.InputShape, bands.Cropped);
        var made = new LiftPyramidBands([.. own.Levels.Select((bands, level) => Made(bands, level == 2))]);

        pyramid.unlift(made).ErrorTo(x).Should().BeLessThan(4e-15);
        pyramid.unlift(made.Approximation, made).ErrorTo(x).Should().BeLessThan(4e-15);
        made.Levels.Select(level => level.InputShape[^1]).Should().Equal(own.Levels.Select(level => level.InputShape[^1]));
    }

    [Fact]
    public void Stored_and_loaded_they_are_the_same()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(channels: 3);
        var (_, bands) = pool.forward_with_bands(randn(2, 3, 7, 5));
        using var bytes = new MemoryStream();

        using (var writer = new BinaryWriter(bytes, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            foreach (var part in bands.Values.Concat(bands.Cropped))
            {
                part.Save(writer);
            }
        }

        bytes.Position = 0;
        using var reader = new BinaryReader(bytes);
        Tensor[] parts = [.. Enumerable.Range(0, 6).Select(_ => Tensor.Load(reader))];
        var loaded = new LiftBands(parts[..4], bands.InputShape, parts[4..]);

        loaded.Should().OnlyContain(band => band.Value.IsExactly(bands[band.Key]));
        new LiftUpPool2d(pool).forward(loaded).IsExactly(new LiftUpPool2d(pool).forward(bands)).Should().BeTrue();
    }

    private static Tensor Odd(int axes, bool batched)
    {
        long[] lengths = [.. new long[] { 5, 7, 9 }.TakeLast(axes)];
        return batched ? randn([2, 3, .. lengths], ScalarType.Float64) : randn([3, .. lengths], ScalarType.Float64);
    }

    // Channels-last where there is such a layout.
    private static Tensor Laid(Tensor x, bool channelsLast)
        => (channelsLast, x.dim()) switch
        {
            (true, 4) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2),
            (true, 5) => x.permute(0, 2, 3, 4, 1).contiguous().permute(0, 4, 1, 2, 3),
            _ => x,
        };
}
