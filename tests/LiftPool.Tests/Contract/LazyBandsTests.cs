namespace LiftPool.Tests;

/// <summary>A plain forward computes the chosen bands alone: the same values, from no more operator work than they take.</summary>
public sealed class LazyBandsTests
{
    private const long Batch = 2;

    // Different lengths, so that work on a wrong axis shows in the count of signals.
    private static readonly long[] Lengths = [8, 6, 4];

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 15)]
    [InlineData(3, 255)]
    public void Every_choice_of_bands_gives_those_of_the_full_computation(int axes, int choices)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var all = new PoolSettings(axes) { Bias = true }.NewDownPool(ScalarType.Float64);
        var x = Input(axes);
        var (_, bands) = all.forward_with_bands(x);

        for (var chosen = 1; chosen <= choices; chosen++)
        {
            using var choice = NewDisposeScope();
            using var pool = AnyPool.Sharing(axes, all, chosen, BandReduction.Concat);
            var wanted = cat([.. ChosenNames(axes, chosen).Select(name => bands[name])], 1);

            var output = pool.forward(x);

            output.LargestErrorTo(wanted).Should().BeLessThan(1e-14, "bands {0}", chosen);
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 15)]
    [InlineData(3, 255)]
    public void No_operator_sees_a_signal_that_no_chosen_band_needs(int axes, int choices)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var x = Input(axes);
        var predict = new Counting();
        var update = new Counting();
        using var all = new PoolSettings(axes).NewDownPool(new LiftingScheme(predict, update));

        for (var chosen = 1; chosen <= choices; chosen++)
        {
            using var choice = NewDisposeScope();
            using var pool = AnyPool.Sharing(axes, all, chosen, BandReduction.Concat);
            predict.Reset();
            update.Reset();

            pool.forward(x);

            var names = ChosenNames(axes, chosen);
            bool Begins(string prefix) => names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));
            predict.Signals.Should().Equal(SignalsOfAxes(axes, Begins), "P, bands {0}", chosen);
            update.Signals.Should().Equal(SignalsOfAxes(axes, prefix => Begins(prefix + "L")), "U, bands {0}", chosen);
        }
    }

    [Fact]
    public void Details_alone_take_no_update()
    {
        using var scope = NewDisposeScope();
        var update = new Counting();
        using var pool = new LiftDownPool2d(new LiftingScheme(new Counting(), update), Bands2d.HH);

        pool.forward(Input(2));

        update.Signals.Should().BeEmpty();
    }

    [Fact]
    public void All_bands_are_computed_when_they_are_asked_for_or_have_penalties()
    {
        using var scope = NewDisposeScope();
        var update = new Counting();
        using var pool = new LiftDownPool2d(new LiftingScheme(new Counting(), update), Bands2d.HH);
        var x = Input(2);
        var wanted = SignalsOfAxes(2, _ => true);

        pool.forward_with_bands(x);
        update.Signals.Should().Equal(wanted);

        update.Reset();
        using (new LiftRegularizer())
        {
            pool.forward(x);
        }

        update.Signals.Should().Equal(wanted);

        update.Reset();
        pool.penalties(x);
        update.Signals.Should().Equal(wanted);
    }

    private static Tensor Input(int axes) => randn([Batch, 2, .. Lengths[..axes]], ScalarType.Float64);

    private static string[] ChosenNames(int axes, int chosen)
        => [.. PoolSettings.BandNames(axes).Where((_, i) => (chosen >> i & 1) != 0)];

    /// <summary>
    /// For each axis on which an operator is needed at all, the number of signals that it has to see there: one call an
    /// axis, over the bands so far whose names satisfy the condition.
    /// </summary>
    private static long[] SignalsOfAxes(int axes, Func<string, bool> isNeeded)
    {
        var lengths = Lengths[..axes];
        List<long> signals = [];
        for (var axis = 0; axis < axes; axis++)
        {
            // The axes are lifted from the last to the first, and each is halved by it.
            var lifted = axes - 1 - axis;
            var others = lengths.Where((_, i) => i != lifted).Aggregate(Batch, (product, length) => product * length);
            signals.Add(others * PoolSettings.BandNames(axis).Count(isNeeded));
            lengths[lifted] /= 2;
        }

        return [.. signals.Where(count => count > 0)];
    }

    /// <summary>Gives what it gets, and counts the signals of each call.</summary>
    private sealed class Counting() : Module<Tensor, Tensor>(nameof(Counting))
    {
        internal List<long> Signals { get; } = [];

        internal void Reset() => Signals.Clear();

        public override Tensor forward(Tensor input)
        {
            Signals.Add(input.size(0));
            return input.alias();
        }
    }
}
