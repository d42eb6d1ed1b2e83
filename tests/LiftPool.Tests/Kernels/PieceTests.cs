using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>Signals that go through the kernels in pieces: long rows, and large planes with circular padding.</summary>
public sealed class PieceTests : IClassFixture<OneThread>, IDisposable
{
    private readonly (long Samples, long Elements) usual = (Pieces.MostSamples, Pieces.MostElements);

    public static TheoryData<PaddingModes, bool> EveryEnd
    {
        get
        {
            var data = new TheoryData<PaddingModes, bool>();
            foreach (var padding in AnyPool.Paddings)
            {
                data.Add(padding, false);
                data.Add(padding, true);
            }

            return data;
        }
    }

    public void Dispose() => (Pieces.MostSamples, Pieces.MostElements) = usual;

    [Theory]
    [MemberData(nameof(EveryEnd))]
    public void Long_rows_are_those_of_tensor_operations(PaddingModes padding, bool ceilMode)
    {
        foreach (var (kernel, length, norm) in new (long, long, PenaltyNorm?)[] { (5, 301, PenaltyNorm.L2), (5, 300, PenaltyNorm.MeanSquare), (1, 65, null), (7, 259, PenaltyNorm.L2) })
        {
            using var pool = new LiftDownPool1d(3, kernel, reduction: BandReduction.Learned, bias: true, padding_mode: padding, ceil_mode: ceilMode, dtype: ScalarType.Float64);
            ShouldBeTensorOperations(pool, 1, [4, 3, length], norm);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Circular_planes_are_those_of_tensor_operations(bool ceilMode)
    {
        foreach (var (height, width, norm) in new (long, long, PenaltyNorm?)[] { (101, 6, PenaltyNorm.L2), (120, 5, PenaltyNorm.MeanSquare), (99, 4, null) })
        {
            using var pool = new LiftDownPool2d(3, bias: true, padding_mode: PaddingModes.Circular, ceil_mode: ceilMode, dtype: ScalarType.Float64);
            ShouldBeTensorOperations(pool, 2, [4, 3, height, width], norm);
            ShouldBeTensorOperations(pool, 2, [4, 3, height, width], norm, channelsLast: true);
        }
    }

    [Fact]
    public void Other_bands_reductions_and_schemes_go_in_pieces_too()
    {
        foreach (var (bands, reduction) in new[] { (0b01, BandReduction.Sum), (0b10, BandReduction.Mean), (0b11, BandReduction.Concat) })
        {
            using var pool = AnyPool.Down(1, LiftingScheme.Wavelet(Wavelet.Cdf97, learnable: true, dtype: ScalarType.Float64), bands, reduction);
            ShouldBeTensorOperations(pool, 1, [2, 3, 401], PenaltyNorm.MeanSquare);
        }
    }

    [Fact]
    public void Planes_of_which_only_the_columns_are_lifted_go_in_pieces_too()
    {
        using var pool = new LiftDownPool2d(3, padding_mode: PaddingModes.Circular, axes: LiftAxes.Height, dtype: ScalarType.Float64);
        ShouldBeTensorOperations(pool, 2, [4, 3, 101, 5], PenaltyNorm.MeanSquare);
    }

    [Fact]
    public void Rows_wider_than_a_piece_go_one_pair_at_a_time()
    {
        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar, learnable: true, padding_mode: PaddingModes.Circular, dtype: ScalarType.Float64));
        ShouldBeTensorOperations(pool, 2, [2, 3, 12, 30], PenaltyNorm.L2);
    }

    [Fact]
    public void Only_what_would_be_in_work_at_once_is_cut()
    {
        // Of a row, and of a circular plane that is lifted along the rows' axis; kernels of one sample reach nowhere.
        Length(PaddingModes.Zeros, [1 << 16]).Should().Be(1 << 16);
        Length(PaddingModes.Zeros, [1 << 17]).Should().Be(1 << 16);
        Length(PaddingModes.Zeros, [1 << 17, 4]).Should().Be(1 << 17);
        Length(PaddingModes.Circular, [1 << 17, 4], LiftAxes.Width).Should().Be(1 << 17);
        Length(PaddingModes.Circular, [1 << 17, 4]).Should().Be(1 << 13, "16 samples are a pair of rows");
        Length(PaddingModes.Circular, [1 << 17, 4], LiftAxes.Height).Should().Be(1 << 14);
        Length(PaddingModes.Circular, [1 << 17, 1 << 17]).Should().Be(1, "a row has more samples than a piece");

        // The copy of a piece holds all channels.
        Length(PaddingModes.Zeros, [1 << 17], channels: 1 << 10).Should().Be(1 << 13);

        static long Length(PaddingModes padding, long[] pairs, LiftAxes axes = LiftAxes.All, int channels = 16)
        {
            using var pool = new LiftDownPool2d(channels, kernel_size: 1, padding_mode: padding);
            return Pieces.Length(channels, pairs, new(pairs.Length, axes), FusedScheme.Of(pool.Scheme.Steps)!);
        }
    }

    [Fact]
    public void A_row_goes_in_pieces_from_its_length_on()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(1, dtype: ScalarType.Float64);
        PoolCall CallOf(long length) => PiecewiseCall.For(
            new DownRequest(pool.Scheme.Steps, LiftedAxes.All(1)) { CeilMode = false },
            FusedScheme.Of(pool.Scheme.Steps)!,
            bits: 0,
            zeros([1], ScalarType.Float64).expand(1, 1, length));

        CallOf(Pieces.MostSamples).Should().BeAssignableTo<FusedCall>();
        CallOf(Pieces.MostSamples + 2).Should().BeOfType<PiecewiseCall>();
    }

    [Fact]
    public void So_many_items_go_at_once_that_the_copy_stays_small()
    {
        Pieces.Items(batch: 64, ofItem: Pieces.MostElements / 8).Should().Be(8);
        Pieces.Items(batch: 4, ofItem: Pieces.MostElements / 8).Should().Be(4);
        Pieces.Items(batch: 64, ofItem: Pieces.MostElements * 2).Should().Be(1);
    }

    [Fact]
    public void More_than_two_gibibytes_go_through_the_kernels()
    {
        using var scope = NewDisposeScope();
        using var auto = ComputePath.Force("auto");
        using var noGrad = no_grad();
        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar), Bands2d.HH);
        manual_seed(1);

        // 2.2 GiB. Only the last channel, past the 2 GiB, holds anything.
        var x = zeros(1, 65, 3000, 3000);
        var last = x.narrow(1, 64, 1);
        last.copy_(randn(1, 1, 3000, 3000));

        var y = pool.forward(x);

        ComputePath.Last.Should().NotBe("tensor");
        y.narrow(1, 64, 1).IsExactly(pool.forward(last)).Should().BeTrue();
        y.narrow(1, 0, 64).ne(0).any().item<bool>().Should().BeFalse();
    }

    private void ShouldBeTensorOperations(LiftDownPool pool, int axes, long[] shape, PenaltyNorm? norm, bool channelsLast = false)
    {
        foreach (var elements in new[] { 200L, usual.Elements })
        {
            using var scope = NewDisposeScope();
            manual_seed(2);
            var x = MemoryLayout.Dense(randn(shape, ScalarType.Float64), channelsLast);
            (Pieces.MostSamples, Pieces.MostElements) = usual;
            var wanted = PathValues.Of(pool, axes, x, "tensor", seed: 3, norm);
            var whole = PathValues.Of(pool, axes, x, "scalar", seed: 3, norm);

            (Pieces.MostSamples, Pieces.MostElements) = (40, elements);
            var lifted = pool.LiftedAxes;
            long[] halves = [.. shape[2..].Select((length, i) => lifted.Lifts(i + 2) ? OddSizes.BandLength(length, ceilMode: false) : length)];
            Pieces.Length(shape[1], halves, lifted, FusedScheme.Of(pool.Scheme.Steps)!).Should().BeLessThan(halves[0], "otherwise this is no test");
            foreach (var (name, value) in PathValues.Of(pool, axes, x, "scalar", seed: 3, norm))
            {
                value.RelativeNormTo(wanted[name], smallest: 1e-3).Should().BeLessThanOrEqualTo(1e-12, "{0} of {1}", name, string.Join('x', shape));
                if (!PathValues.IsGradient(name) && name is not ("c_u" or "c_p"))
                {
                    value.IsExactly(whole[name]).Should().BeTrue("{0} is no other where it is cut", name);
                }
            }
        }
    }
}
