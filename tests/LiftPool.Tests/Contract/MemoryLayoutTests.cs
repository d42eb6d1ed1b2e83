namespace LiftPool.Tests;

/// <summary>
/// How an input lies in memory changes no value. Channels-last stays so, as with MaxPool; every other layout gives
/// contiguous results, so that <c>view</c> works on them.
/// </summary>
public sealed class MemoryLayoutTests : IClassFixture<OneThread>
{
    private static readonly int[] Dimensions = [1, 2, 3];

    public static IEnumerable<object[]> Layouts
        => Dimensions.SelectMany(axes => Views(axes).Keys, (axes, name) => new object[] { axes, name });

    // N = 1, C = 1 and outputs of one pixel have strides that fit several layouts: MaxPool's choice stands.
    public static IEnumerable<object[]> ChannelsLastShapes => new long[][]
    {
        [2, 3, 8, 6], [2, 3, 7, 5], [1, 3, 8, 6], [2, 1, 8, 6], [1, 1, 8, 6], [2, 3, 2, 2], [2, 3, 2, 6], [2, 3, 8, 2], [1, 1, 2, 2],
        [2, 1, 2, 2], [1, 3, 2, 2], [1, 3, 3, 3], [2, 16, 4, 4],
        [2, 3, 4, 8, 6], [2, 3, 5, 7, 5], [1, 3, 4, 4, 4], [2, 1, 4, 4, 4], [1, 1, 4, 4, 4], [2, 3, 2, 2, 2], [1, 1, 2, 2, 2], [2, 3, 2, 4, 6],
    }.Select(shape => new object[] { shape });

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_strided_input_gives_what_its_contiguous_copy_gives(int axes, string layout)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = AnyPool.Down(axes, 4);
        using var up = AnyPool.Up(axes, pool);
        var strided = Views(axes)[layout]();
        var copy = strided.contiguous();

        var (y, bands) = pool.forward_with_bands(strided);
        var (expected, expectedBands) = pool.forward_with_bands(copy);

        y.IsExactly(expected).Should().BeTrue("the values are the same");
        pool.forward(strided).IsExactly(expected).Should().BeTrue("the values are the same");
        foreach (var name in bands.Names)
        {
            bands[name].IsExactly(expectedBands[name]).Should().BeTrue("the values are the same in band {0}", name);
        }

        up.forward(bands).IsExactly(up.forward(expectedBands)).Should().BeTrue("the bands are the same");
        up.forward(bands).LargestErrorTo(strided).Should().BeInRange(0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Results_are_contiguous_unless_the_input_is_channels_last(int axes, string layout)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = AnyPool.Down(axes, 4);
        using var up = AnyPool.Up(axes, pool);
        var x = Views(axes)[layout]();
        var channelsLast = layout.StartsWith("channels-last", StringComparison.Ordinal);

        var (y, bands) = pool.forward_with_bands(x);

        foreach (var result in bands.Names.Select(name => bands[name]).Append(y).Append(pool.forward(x)).Append(up.forward(bands)))
        {
            (channelsLast ? ChannelsToEnd(result) : result).is_contiguous().Should().BeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void The_gradient_of_a_strided_input_is_that_of_its_copy(int axes, string layout)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = AnyPool.Down(axes, 4);
        var strided = Views(axes)[layout]().requires_grad_();
        var copy = strided.detach().contiguous().requires_grad_();
        var weights = randn_like(pool.forward(copy).detach());

        pool.forward(strided).mul(weights).sum().backward();
        pool.forward(copy).mul(weights).sum().backward();

        strided.grad!.IsExactly(copy.grad!).Should().BeTrue("the values are the same");
    }

    [Theory]
    [MemberData(nameof(ChannelsLastShapes))]
    public void Channels_last_input_gives_the_strides_that_max_pooling_gives(long[] shape)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        var axes = shape.Length - 2;
        using var pool = AnyPool.Down(axes, shape[1]);
        using var up = AnyPool.Up(axes, pool);
        using var max = AnyPool.Max(axes);
        var x = ChannelsLast(shape);
        var expected = max.forward(x).stride();

        var (y, bands) = pool.forward_with_bands(x);

        pool.forward(x).stride().Should().Equal(expected);
        y.stride().Should().Equal(expected);
        foreach (var name in bands.Names)
        {
            bands[name].stride().Should().Equal(expected, "band {0} lies as MaxPool's output", name);
        }

        ChannelsToEnd(up.forward(bands)).is_contiguous().Should().BeTrue("the input was channels-last");
    }

    [Theory]
    [InlineData(BandReduction.Sum)]
    [InlineData(BandReduction.Mean)]
    [InlineData(BandReduction.Concat)]
    [InlineData(BandReduction.Learned)]
    public void Every_reduction_keeps_channels_last(BandReduction reduction)
    {
        foreach (var axes in new[] { 2, 3 })
        {
            foreach (var bands in new[] { 0b10, AnyPool.AllBands(axes) })
            {
                using var scope = NewDisposeScope();
                manual_seed(5);
                using var pool = AnyPool.Down(axes, 3, bands: bands, reduction: reduction);
                var x = ChannelsLast([2, 3, .. Enumerable.Repeat(6L, axes)]);

                ChannelsToEnd(pool.forward(x)).is_contiguous().Should().BeTrue("{0}-D, bands {1}", axes, bands);
                pool.forward(x.contiguous()).is_contiguous().Should().BeTrue("{0}-D, bands {1}", axes, bands);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_up_pool_gives_the_layout_of_its_features(bool channelsLast)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var pool = new LiftDownPool2d(3);
        using var up = new LiftUpPool2d(pool);
        var (_, bands) = pool.forward_with_bands(channelsLast ? randn(2, 3, 8, 6) : ChannelsLast([2, 3, 8, 6]));
        var features = channelsLast ? ChannelsLast([2, 3, 4, 3]) : randn(2, 3, 4, 3);

        var restored = up.forward(features, bands);

        (channelsLast ? ChannelsToEnd(restored) : restored).is_contiguous().Should().BeTrue();
    }

    [Fact]
    public void A_picture_without_batch_gives_a_contiguous_result_as_max_pooling_does()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3);
        using var max = MaxPool2d(2);
        var picture = randn(8, 6, 3).permute(2, 0, 1);

        pool.forward(picture).stride().Should().Equal(max.forward(picture).stride());
    }

    /// <summary>Inputs of four channels and odd and even lengths, by the way they lie in memory.</summary>
    private static Dictionary<string, Func<Tensor>> Views(int axes)
    {
        long[] lengths = [.. new long[] { 6, 9, 8 }.Take(axes)];
        long[] shape = [3, 4, .. lengths];
        var views = new Dictionary<string, Func<Tensor>>
        {
            ["contiguous"] = () => randn(shape),
            ["channels and last axis swapped"] = () => randn([3, lengths[^1], .. lengths[..^1], 4]).transpose(1, axes + 1),
            ["batch and last axis swapped"] = () => randn([lengths[^1], 4, .. lengths[..^1], 3]).transpose(0, axes + 1),
            ["expanded batch"] = () => randn([1, .. shape[1..]]).expand(shape),
            ["expanded channels"] = () => randn([3, 1, .. lengths]).expand(shape),
            ["expanded last axis"] = () => randn([.. shape[..^1], 1]).expand(shape),
            ["slice with offset"] = () => randn([.. shape[..^1], shape[^1] + 3]).narrow(axes + 1, 3, shape[^1]),
            ["slice of the batch"] = () => randn([5, .. shape[1..]]).narrow(0, 2, 3),
            ["every second sample"] = () => randn([.. shape[..^1], 2 * shape[^1]]).slice(axes + 1, 0, 2 * shape[^1], 2),
            ["every second channel"] = () => randn([3, 8, .. lengths]).slice(1, 1, 8, 2),
        };
        if (axes > 1)
        {
            views["lengths swapped"] = () => randn([3, 4, .. lengths.Reverse()]).transpose(2, axes + 1);
            views["channels-last"] = () => ChannelsLast(shape);
            views["channels-last, slice of the channels"] = () => ChannelsLast([3, 7, .. lengths]).narrow(1, 2, 4);
            views["channels-last, slice of the last axis"] = () => ChannelsLast([.. shape[..^1], shape[^1] + 3]).narrow(axes + 1, 2, shape[^1]);
            views["channels-last, slice of the batch"] = () => ChannelsLast([5, .. shape[1..]]).narrow(0, 1, 3);
        }

        return views;
    }

    private static Tensor ChannelsLast(long[] shape)
    {
        var x = randn([shape[0], .. shape[2..], shape[1]]);
        return shape.Length == 4 ? x.permute(0, 3, 1, 2) : x.permute(0, 4, 1, 2, 3);
    }

    private static Tensor ChannelsToEnd(Tensor x) => x.dim() == 4 ? x.permute(0, 2, 3, 1) : x.permute(0, 2, 3, 4, 1);
}
