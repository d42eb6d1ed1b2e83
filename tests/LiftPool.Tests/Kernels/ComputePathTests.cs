using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>Which width a call gets, of signals of any size: they are one sample, repeated by strides of 0.</summary>
public sealed class ComputePathTests
{
    private static int Widest => ComputePath.WidestBits("auto") ?? throw new InvalidOperationException("This machine has no kernels.");

    [Fact]
    public void The_paths_are_those_that_the_processor_has()
    {
        // Every x64 processor with vectors of 256 bits in .NET has Fma; 128 bits without it, or without AdvSimd, are slower than tensors.
        List<string> wanted = [];
        if (Vector512.IsHardwareAccelerated)
        {
            wanted.Add("512");
        }

        if (Vector256.IsHardwareAccelerated)
        {
            wanted.Add("256");
        }

        if (Fma.IsSupported || AdvSimd.IsSupported)
        {
            wanted.Add("128");
        }

        ComputePath.Paths.Should().Equal([.. wanted, "scalar", "tensor"]);
    }

    [Fact]
    public void The_variable_may_be_missing_empty_or_a_path_of_this_machine()
    {
        foreach (var automatic in new[] { null, "", "auto" })
        {
            ComputePath.WidestBits(automatic).Should().Be(Number(ComputePath.Paths[0]));
        }

        ComputePath.WidestBits("tensor").Should().BeNull();
        ComputePath.WidestBits("scalar").Should().Be(0);
        foreach (var path in ComputePath.Paths.Where(path => char.IsDigit(path[0])))
        {
            ComputePath.WidestBits(path).Should().Be(Number(path));
        }
    }

    [Fact]
    public void Calls_take_the_path_that_the_variable_names()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(16);

        pool.forward(ones(1, 16, 8, 8));

        var bits = ComputePath.WidestBits(Environment.GetEnvironmentVariable(ComputePath.Variable));
        ComputePath.Last.Should().Be(bits switch { null => "tensor", 0 => "scalar", _ => $"{bits}" });
    }

    [Theory]
    [InlineData(ScalarType.Float32, 16, 512)]
    [InlineData(ScalarType.Float32, 15, 256)]
    [InlineData(ScalarType.Float32, 8, 256)]
    [InlineData(ScalarType.Float32, 7, 128)]
    [InlineData(ScalarType.Float32, 4, 128)]
    [InlineData(ScalarType.Float32, 3, 0)]
    [InlineData(ScalarType.Float64, 8, 512)]
    [InlineData(ScalarType.Float64, 7, 256)]
    [InlineData(ScalarType.Float64, 3, 128)]
    [InlineData(ScalarType.Float64, 1, 0)]
    [InlineData(ScalarType.BFloat16, 16, 512)]
    [InlineData(ScalarType.Float16, 15, 256)]
    public void The_widest_vectors_that_the_channels_fill(ScalarType dtype, int channels, int bits)
        => Bits(LiftAxes.All, dtype, [2, channels, 8, 8]).Should().Be(Math.Min(bits, Widest));

    [Theory]
    [InlineData(LiftAxes.Width, 16)]
    [InlineData(LiftAxes.All, 16)]
    [InlineData(LiftAxes.All, 32)]
    [InlineData(LiftAxes.All, 64)]
    public void So_many_items_that_their_penalties_have_no_room(LiftAxes axes, int channels)
    {
        // Two sums for each band but the first, of each item and each block of channels that fills the lanes: fewer than 2^30 - 1.
        var blocks = channels * 32 / Widest;
        var items = ((1L << 30) - 2) / (blocks * 2 * (axes == LiftAxes.All ? 3 : 1));

        Bits(axes, ScalarType.Float32, [items, channels, 4, 4]).Should().Be(Widest);
        Bits(axes, ScalarType.Float32, [items + 1, channels, 4, 4]).Should().BeNull();
    }

    [Theory]
    [InlineData(LiftAxes.All, 32768, 32768, false)]
    [InlineData(LiftAxes.All, 32768, 32766, true)]
    [InlineData(LiftAxes.Height, 2, 1 << 29, false)]
    [InlineData(LiftAxes.Width, 1 << 14, 1 << 15, true)]
    public void Planes_of_more_pixels_than_32_bits_count(LiftAxes axes, long height, long width, bool counts)
        => Bits(axes, ScalarType.Float32, [1, 1, height, width]).HasValue.Should().Be(counts);

    [Fact]
    public void A_row_may_have_more_samples_than_32_bits_count()
        => Bits(LiftAxes.All, ScalarType.Float32, [1, 1, 1L << 31]).Should().NotBeNull();

    [Theory]
    [InlineData(DenseMax.None, true)]
    [InlineData(DenseMax.Ahead, false)]
    public void A_row_that_is_cut_has_no_maximum_in_the_kernels(DenseMax window, bool inKernels)
    {
        Bits(LiftAxes.All, ScalarType.Float32, [1, 1, 1 << 20], window).HasValue.Should().Be(inKernels);
        Bits(LiftAxes.All, ScalarType.Float32, [1, 1, 1 << 10], window).Should().NotBeNull();
    }

    private static int Number(string path) => int.Parse(path, CultureInfo.InvariantCulture);

    private static int? Bits(LiftAxes axes, ScalarType dtype, long[] shape, DenseMax window = DenseMax.None)
    {
        using var scope = NewDisposeScope();
        using var scheme = LiftingScheme.Wavelet(Wavelet.Haar, dtype: dtype);
        using var auto = ComputePath.Force("auto");
        var request = new DownRequest(scheme.Steps, new(shape.Length - 2, axes)) { CeilMode = false, DenseMax = window };
        return ComputePath.Choose(request, [zeros([1], dtype).expand(shape)])?.Bits;
    }
}
