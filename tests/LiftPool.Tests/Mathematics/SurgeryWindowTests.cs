using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>
/// Which windows surgery replaces: at every size from 3 to 40 the outputs are the pool's, and what it refuses has no equal.
/// </summary>
public sealed class SurgeryWindowTests
{
    private const int Channels = 3;

    public static TheoryData<int, int, int, int, bool> Windows
    {
        get
        {
            var windows = new TheoryData<int, int, int, int, bool>();
            foreach (var ceilMode in (bool[])[false, true])
            {
                for (var kernel = 1; kernel <= 4; kernel++)
                {
                    for (var stride = 1; stride <= 3; stride++)
                    {
                        for (var padding = 0; padding <= kernel / 2; padding++)
                        {
                            windows.Add(kernel, stride, padding, 1, ceilMode);
                            windows.Add(kernel, stride, padding, 2, ceilMode);
                        }
                    }
                }
            }

            return windows;
        }
    }

    private static bool HasEqual(int kernel, int stride, int padding, int dilation, bool ceilMode)
        => (kernel, stride, padding, dilation, ceilMode) is (2 or 3, 2, 0, 1, _) or (3, 2, 1, 1, false);

    [Theory]
    [MemberData(nameof(Windows))]
    public void A_window_is_replaced_by_its_equal_or_has_none(int kernel, int stride, int padding, int dilation, bool ceilMode)
    {
        using var scope = NewDisposeScope();
        var pool = MaxPool1d(kernel, stride, padding, dilation, ceilMode);
        var model = Sequential(("pool", pool));
        var row = LiftSurgery.ReplaceMaxPools(model, rand(1, Channels, 20)).Rows.Should().ContainSingle().Subject;

        if (HasEqual(kernel, stride, padding, dilation, ceilMode))
        {
            row.Outcome.Should().Be(LiftSurgeryOutcome.Replaced);
            ShouldBeEqual(model, pool, 1);
        }
        else
        {
            row.Outcome.Should().Be(stride == 1 ? LiftSurgeryOutcome.Kept : LiftSurgeryOutcome.NotPossible);
            row.Why.Should().NotBeNullOrEmpty();
            model[0].Should().BeSameAs(pool);
            if (stride > 1)
            {
                NoLiftIs(pool);
            }
        }
    }

    [Theory]
    [InlineData(2, 0, false)]
    [InlineData(2, 0, true)]
    [InlineData(3, 0, false)]
    [InlineData(3, 0, true)]
    [InlineData(3, 1, false)]
    public void In_two_dimensions_it_is_equal_at_every_size(int kernel, int padding, bool ceilMode)
    {
        using var scope = NewDisposeScope();
        foreach (var (lengths, strides, paddings) in Shapes(kernel, padding))
        {
            var pool = MaxPool2d(lengths, strides, paddings, ceil_mode: ceilMode);
            var model = Sequential(("pool", pool));
            LiftSurgery.ReplaceMaxPools(model, rand(1, Channels, 20, 20)).Replaced.Should().Be(1);
            ShouldBeEqual(model, pool, 2);
        }
    }

    [Theory]
    [InlineData(2, 0, false)]
    [InlineData(2, 0, true)]
    [InlineData(3, 0, false)]
    [InlineData(3, 0, true)]
    [InlineData(3, 1, false)]
    public void In_three_dimensions_it_is_equal(int kernel, int padding, bool ceilMode)
    {
        using var scope = NewDisposeScope();
        var pool = MaxPool3d(kernel, 2, padding, ceil_mode: ceilMode);
        var flat = MaxPool3d([1, kernel, kernel], [1, 2, 2], [0, padding, padding], ceil_mode: ceilMode);
        var model = Sequential(("pool", pool), ("flat", flat));
        LiftSurgery.ReplaceMaxPools(model, rand([1, Channels, 20, 20, 20])).Replaced.Should().Be(2);
        for (var length = 9L; length <= 20; length++)
        {
            using var one = NewDisposeScope();
            var x = rand([1, Channels, length, 9 + (length % 5), 29 - length]);
            var wanted = flat.call(pool.call(x));
            model.call(x).shape.Should().Equal(wanted.shape);
            model.call(x).LargestErrorTo(wanted).Should().BeLessThan(2e-6);
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void A_mean_of_pairs_is_replaced_by_its_equal(int axes, bool ceilMode)
    {
        using var scope = NewDisposeScope();
        Module<Tensor, Tensor> pool = axes switch
        {
            1 => AvgPool1d(2, ceil_mode: ceilMode),
            2 => AvgPool2d(2, ceil_mode: ceilMode),
            _ => AvgPool3d([2, 2, 2], ceil_mode: ceilMode),
        };
        var model = Sequential(("pool", pool));
        var example = rand([1, Channels, .. Enumerable.Repeat(8L, axes)]);

        LiftSurgery.ReplaceMaxPools(model, example).Replaced.Should().Be(0);
        LiftSurgery.ReplaceMaxPools(model, example, new() { AveragePools = true }).Replaced.Should().Be(1);
        for (var length = 3L; length <= (axes == 3 ? 12 : 40); length++)
        {
            using var one = NewDisposeScope();
            var x = rand([1, Channels, .. Enumerable.Range(0, axes).Select(axis => length + axis)]);
            model.call(x).LargestErrorTo(pool.call(x)).Should().BeLessThan(1e-6);
        }
    }

    [Fact]
    public void Other_means_are_listed()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(
            ("three", AvgPool2d(3, stride: 2, padding: 1)), ("divided", AvgPool2d(2, divisor_override: 3)), ("dense", AvgPool2d(3, 1, 1)));
        var report = LiftSurgery.ReplaceMaxPools(model, rand(1, 2, 16, 16), new() { AveragePools = true });

        report.Rows.Select(row => (row.Name, row.Outcome, row.Why)).Should().Equal(
            ("three", LiftSurgeryOutcome.NotPossible, "window 3: the mean of a lift is of 2"),
            ("divided", LiftSurgeryOutcome.NotPossible, "divisor_override: LL is the mean"),
            ("dense", LiftSurgeryOutcome.Kept, "stride 1: it does not halve"));
    }

    public static TheoryData<string, Func<Module<Tensor, Tensor>>, string> Reasons => new()
    {
        { "MaxPool2d(2, stride=(2, 3))", () => MaxPool2d([2, 2], [2, 3]), "stride 3: a lift halves" },
        { "MaxPool2d((2, 3), stride=(2, 1))", () => MaxPool2d([2, 3], [2, 1]), "window 3 with stride 1 on one axis" },
        { "MaxPool2d((2, 3), stride=2)", () => MaxPool2d([2, 3], [2, 2]), "its axes differ, and a lift has one window for all it halves" },
        { "MaxPool2d(1, stride=2)", () => MaxPool2d(1, 2), "window 1: no lift but of 2 and 3" },
        { "MaxPool2d(4, stride=2)", () => MaxPool2d(4, 2), "window 4: no lift but of 2 and 3" },
        { "MaxPool2d(3, stride=2, dilation=2)", () => MaxPool2d(3, 2, dilation: 2), "dilation 2: a lift's window is of neighbours" },
        { "MaxPool2d(2, padding=1)", () => MaxPool2d(2, 2, 1), "padding 1 with window 2: a lift's pairs begin with the first sample" },
        {
            "MaxPool2d(3, stride=2, padding=1, ceil_mode=True)", () => MaxPool2d(3, 2, 1, ceil_mode: true),
            "ceil_mode with padding 1: even lengths give one value more than a lift"
        },
        {
            "AvgPool2d(3, stride=2, divisor_override=5)", () => AvgPool2d(3, 2, divisor_override: 5),
            "window 3: the mean of a lift is of 2"
        },
        { "AvgPool2d(2, divisor_override=3)", () => AvgPool2d(2, divisor_override: 3), "divisor_override: LL is the mean" },
        { "Conv2d(3, 4, 3, stride=3)", () => Conv2d(3, 4, 3, stride: 3), "stride 3: a lift halves" },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public void What_has_no_equal_is_listed_with_the_reason(string was, Func<Module<Tensor, Tensor>> pool, string why)
    {
        using var scope = NewDisposeScope();
        LiftSurgeryOptions all = new() { AveragePools = true, StridedConvolutions = true };
        var row = LiftSurgery.ReplaceMaxPools(Sequential(pool()), rand(1, Channels, 20, 20), all).Rows.Should().ContainSingle().Subject;
        (row.Was, row.Is, row.Outcome, row.Why).Should().Be((was, null, LiftSurgeryOutcome.NotPossible, why));
    }

    /// <summary>Worked by hand: of ties the last of two, and of three the middle one if it is among them, else the last.</summary>
    [Theory]
    [InlineData(2, 0, new float[] { 5, 5 }, new float[] { 0, 1 })]
    [InlineData(3, 0, new float[] { 5, 5, 5 }, new float[] { 0, 1, 0 })]
    [InlineData(3, 0, new float[] { 5, 5, 3 }, new float[] { 0, 1, 0 })]
    [InlineData(3, 0, new float[] { 3, 5, 5 }, new float[] { 0, 1, 0 })]
    [InlineData(3, 0, new float[] { 5, 3, 5 }, new float[] { 0, 0, 1 })]
    [InlineData(3, 1, new float[] { 9, 5, 5, 5 }, new float[] { 1, 0, 1, 0 })]
    [InlineData(3, 1, new float[] { 9, 5, 3, 5 }, new float[] { 1, 0, 0, 1 })]
    public void The_gradient_of_a_tie_goes_where_the_documents_say(int kernel, int padding, float[] values, float[] wanted)
    {
        using var scope = NewDisposeScope();
        var pool = MaxPool1d(kernel, 2, padding);
        var model = Sequential(("pool", pool));
        var (x, same) = (tensor(values).view(1, 1, -1).requires_grad_(), tensor(values).view(1, 1, -1).requires_grad_());
        LiftSurgery.ReplaceMaxPools(model, x.detach()).Replaced.Should().Be(1);

        model.call(x).sum().backward();
        pool.call(same).sum().backward();

        x.grad!.data<float>().ToArray().Should().Equal(wanted);
        same.grad!.data<float>()[Array.IndexOf(values, 5f)].Should().Be(1, "MaxPool's goes to the first");
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    public void Along_both_axes_a_tie_of_all_goes_to_the_last_of_four_and_the_middle_of_nine(int kernel, int place)
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("pool", MaxPool2d(kernel, 2)));
        var x = ones(1, 1, kernel, kernel).requires_grad_();
        LiftSurgery.ReplaceMaxPools(model, x.detach()).Replaced.Should().Be(1);
        model.call(x).sum().backward();
        x.grad!.view(-1).data<float>().ToArray().Should().Equal(Enumerable.Range(0, kernel * kernel).Select(i => i == place ? 1f : 0f));
    }

    // On both axes, on each alone.
    private static IEnumerable<(long[] Kernel, long[] Stride, long[] Padding)> Shapes(long kernel, long padding) =>
    [
        ([kernel, kernel], [2, 2], [padding, padding]),
        ([1, kernel], [1, 2], [0, padding]),
        ([kernel, 1], [2, 1], [padding, 0]),
    ];

    private static void ShouldBeEqual(Sequential model, Module<Tensor, Tensor> pool, int axes)
    {
        for (var length = 3L; length <= 40; length++)
        {
            using var one = NewDisposeScope();
            BesidePool.ShouldBe((LiftDownPool)model[0], pool, [2, Channels, length, .. axes == 1 ? (long[])[] : [43 - length]]);
        }
    }

    private static void NoLiftIs(Module<Tensor, Tensor> pool)
    {
        foreach (var dense in Enum.GetValues<DenseMax>())
        {
            foreach (var ceilMode in (bool[])[false, true])
            {
                using var lift = new LiftDownPool1d(LiftingScheme.MaxLifting(), Bands1d.L, ceil_mode: ceilMode, dense_max: dense);
                Enumerable.Range(10, 31).All(length => AreAlike(lift, pool, length)).Should().BeFalse();
            }
        }
    }

    private static bool AreAlike(Module<Tensor, Tensor> lift, Module<Tensor, Tensor> pool, long length)
    {
        using var one = NewDisposeScope();
        var x = randn(1, Channels, length);
        var (got, wanted) = (lift.call(x), pool.call(x));
        return got.shape.SequenceEqual(wanted.shape) && got.allclose(wanted, atol: 1e-5);
    }
}
