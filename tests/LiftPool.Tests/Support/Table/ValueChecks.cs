using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>Right values and gradients, in whatever number of threads.</summary>
internal static class ValueChecks
{
    /// <summary>The outputs are those of the paper's formulas in float64, and leave the inputs as they are.</summary>
    internal static void Forward(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        using var exact = row.InFloat64(layer);
        var inputs = row.Inputs(dtype);
        var before = inputs.Select(input => input.clone()).ToArray();

        var found = layer.Forward(inputs);
        var wanted = exact.Reference([.. inputs.Select(input => input.to(ScalarType.Float64))]);
        found.Should().HaveSameCount(wanted);
        foreach (var (y, right) in found.Zip(wanted))
        {
            y.dtype.Should().Be(dtype);
            y.ErrorTo(right).Should().BeLessThan(ValueBound(dtype), "the outputs are those of the formulas");
        }

        TableRow.ShouldBeSame(inputs, before, "the inputs stay what they are");
    }

    /// <summary>Every input and weight gets a gradient of its own shape and dtype: that of the formulas in float64.</summary>
    internal static void Backward(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        using var exact = row.InFloat64(layer);
        Tensor[] inputs = [.. row.Inputs(dtype).Select(input => input.requires_grad_())];
        Tensor[] copies = [.. inputs.Select(input => input.detach().to(ScalarType.Float64, copy: true).requires_grad_())];

        var found = Gradients(layer.Forward(inputs), [.. inputs, .. layer.Weights]);
        var wanted = Gradients(exact.Reference(copies), [.. copies, .. exact.Weights], dtype);
        foreach (var (gradient, right) in found.Zip(wanted))
        {
            gradient.dtype.Should().Be(dtype);
            var bound = GradientBound(dtype) * (row.HasOwnOperator ? 40 : 1);
            gradient.RelativeNormTo(right).Should().BeLessThan(bound, "the gradients are those of the formulas");
        }
    }

    /// <summary>
    /// Outputs, bands and gradients are the same to the bit on one, two and eight threads. LibTorch's dense convolutions
    /// sum in another order on more threads: what is made of them agrees to rounding.
    /// </summary>
    internal static void Threads(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        Tensor[] inputs = [.. row.Inputs(dtype, TableRow.Size.Large).Select(input => input.requires_grad_())];
        var before = get_num_threads();
        try
        {
            Tensor[] Values(int threads)
            {
                set_num_threads(threads);
                var outputs = layer.Everything(inputs);
                return [.. outputs, .. Gradients(outputs, [.. inputs, .. layer.Weights])];
            }

            var one = Values(1);
            foreach (var threads in new[] { 2, 8 })
            {
                var what = $"{threads} threads";
                if (row.HasKernels)
                {
                    TableRow.ShouldBeSame(Values(threads), one, what);
                }
                else
                {
                    row.ShouldAgree(Values(threads), one, what);
                }
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <summary>The gradients of a weighed sum of all outputs; the sum's weights as a dtype holds them, by default the outputs'.</summary>
    internal static Tensor[] Gradients(Tensor[] outputs, IReadOnlyList<Tensor> variables, ScalarType? dtype = null)
        => Derivative.Of(Sum(outputs, dtype), variables, createGraph: false);

    internal static Tensor Sum(Tensor[] outputs, ScalarType? dtype = null)
        => outputs.Select(output => Tests.Gradients.Weighed(output, dtype ?? output.dtype))
            .Aggregate((sum, term) => sum.add(term, Scalars.One));

    private static double ValueBound(ScalarType dtype) => dtype switch
    {
        ScalarType.Float64 => 1e-14,
        ScalarType.Float32 => 2e-6,
        ScalarType.BFloat16 => 2e-2,
        _ => 2e-3,
    };

    // In half types an operator of one's own rounds before a ReLU, and a coarser level reads what was rounded: some take the other side.
    private static double GradientBound(ScalarType dtype) => dtype switch
    {
        ScalarType.Float64 => 1e-13,
        ScalarType.Float32 => 1e-5,
        ScalarType.BFloat16 => 1e-2,
        _ => 1.5e-3,
    };
}
