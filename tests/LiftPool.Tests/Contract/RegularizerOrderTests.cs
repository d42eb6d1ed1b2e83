namespace LiftPool.Tests;

/// <summary>In which order a scope lists and sums its shares, whichever of several threads comes first.</summary>
public sealed class RegularizerOrderTests : IClassFixture<OneThread>
{
    // Of the pair (2, 1) Haar's d is 1. With the first layer's 2^12 that share is 2^24, above which float32 has even numbers alone: 1 and 1
    // are lost after it, and not before it.
    private static readonly double[] Sizes = [4096, 1, 1];

    public static TheoryData<int[]> Arrivals => [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    [Theory]
    [MemberData(nameof(Arrivals))]
    public void By_layer_if_several_threads_called(int[] arrival)
    {
        using var scope = NewDisposeScope();
        var pools = Pools();
        using var penalty = new LiftRegularizer(lambda_u: 0, lambda_p: 1);

        foreach (var i in arrival)
        {
            AnotherThread.Run(() => Forward(pools[i], Sizes[i]));
        }

        penalty.Shares.Select(share => share.layer).Should().Equal(pools);
        penalty.c_p.item<float>().Should().Be(1 << 24);
        penalty.loss().item<float>().Should().Be(1 << 24);
        penalty.SharesIn(pools[1]).Select(share => share.place).Should().Equal(null, "", null);
        Array.ForEach(pools, pool => pool.Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Listed_as_called_if_one_thread_called(bool another)
    {
        using var scope = NewDisposeScope();
        var pools = Pools();
        using var penalty = new LiftRegularizer();
        void Call() => Array.ForEach([1, 2, 1, 2, 0], i => Forward(pools[i], Sizes[i]));

        if (another)
        {
            AnotherThread.Run(Call);
        }
        else
        {
            Call();
        }

        penalty.Shares.Select(share => share.layer).Should().Equal(pools[1], pools[2], pools[1], pools[2], pools[0]);
        penalty.c_p.item<float>().Should().Be(1 << 24, "sums are by layer, whoever called");
        Array.ForEach(pools, pool => pool.Dispose());
    }

    [Fact]
    public void The_calls_of_one_layer_stay_in_the_order_of_their_arrival()
    {
        using var scope = NewDisposeScope();
        var pools = Pools();
        using var penalty = new LiftRegularizer();

        foreach (var (i, size) in new[] { (1, 3.0), (0, 2.0), (1, 1.0), (0, 5.0), (1, 2.0) })
        {
            AnotherThread.Run(() => Forward(pools[i], size));
        }

        penalty.Shares.Select(share => (share.layer, share.c_p.item<float>()))
            .Should().Equal((pools[0], 4), (pools[0], 25), (pools[1], 9), (pools[1], 1), (pools[1], 4));
        Array.ForEach(pools, pool => pool.Dispose());
    }

    [Fact]
    public void A_total_read_before_another_thread_called_is_summed_again()
    {
        using var scope = NewDisposeScope();
        var pools = Pools();
        using var penalty = new LiftRegularizer();

        Forward(pools[1], 1);
        Forward(pools[2], 1);
        penalty.c_p.item<float>().Should().Be(2);
        AnotherThread.Run(() => Forward(pools[0], 4096));

        penalty.c_p.item<float>().Should().Be(1 << 24);
        penalty.Shares.Select(share => share.layer).Should().Equal(pools);
        Array.ForEach(pools, pool => pool.Dispose());
    }

    [Fact]
    public void Parallel_layers_give_the_same_list_and_the_same_sum_each_time()
    {
        const int Layers = 16;
        using var scope = NewDisposeScope();
        manual_seed(1);
        var pools = Enumerable.Range(0, Layers).Select(_ => new LiftDownPool1d(channels: 3)).ToArray();
        var inputs = pools.Select(_ => randn(1, 3, 10)).ToArray();
        HashSet<float> totals = [];
        for (var round = 0; round < 50; round++)
        {
            using var penalty = new LiftRegularizer();
            Parallel.For(0, Layers, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                using var inner = NewDisposeScope();
                pools[(i + round) % Layers].forward(inputs[(i + round) % Layers]);
            });

            totals.Add(penalty.loss().item<float>());
            if (!penalty.Shares.Select(share => share.layer).SequenceEqual(pools))
            {
                // One thread took them all, which a busy machine may do.
                var first = round % Layers;
                penalty.Shares.Select(share => share.layer).Should().Equal([.. pools[first..], .. pools[..first]]);
            }
        }

        totals.Should().HaveCount(1);
        Array.ForEach(pools, pool => pool.Dispose());
        GC.KeepAlive(inputs);
    }

    private static LiftDownPool1d[] Pools() => [.. Sizes.Select(_ => new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Haar)))];

    private static void Forward(LiftDownPool1d pool, double size)
    {
        using var scope = NewDisposeScope();
        pool.forward(tensor([2 * size, size], ScalarType.Float32).view(1, 1, 2));
    }
}
