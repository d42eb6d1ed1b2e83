namespace LiftPool.Tests;

/// <summary>
/// Derivatives of both orders against differences in float64, along a random direction of each variable. GradientTests has small layers
/// entry by entry; here are all layers, on all paths.
/// </summary>
internal static class GradientChecks
{
    private const double Tolerance = 1e-6;
    private const int Draws = 30;

    internal static void First(TableRow row, ScalarType dtype) => Check(row, dtype, Gradients.FirstOrderErrorAlong);

    internal static void Second(TableRow row, ScalarType dtype) => Check(row, dtype, Gradients.SecondOrderErrorAlong);

    /// <summary>Where a kink of a ReLU or an absolute value is near by, the differences say so, and another point is taken.</summary>
    private static void Check(TableRow row, ScalarType dtype, Func<Func<Tensor>, IReadOnlyList<Tensor>, double?> errorAlong)
    {
        for (var seed = 1; seed <= Draws; seed++)
        {
            using var scope = NewDisposeScope();
            using var layer = row.New(dtype, seed, TableRow.Size.Small);
            Tensor[] inputs = [.. row.Inputs(dtype, TableRow.Size.Small, batch: 1).Select(input => input.requires_grad_())];
            if (errorAlong(() => ValueChecks.Sum(layer.Forward(inputs)), [.. inputs, .. layer.Weights]) is { } error)
            {
                error.Should().BeLessThanOrEqualTo(Tolerance, "autograd agrees with differences, seed {0}", seed);
                return;
            }
        }

        throw new InvalidOperationException($"Differences over two steps disagree at all of {Draws} points.");
    }
}
