namespace LiftPool.Tests;

/// <summary>
/// Autograd against central differences in float64, entry by entry, as TorchSharp has no gradcheck. The functions
/// give a scalar; the variables are leaves, which are moved in place.
/// </summary>
internal static class Gradients
{
    // Truncation, of the order of the step squared, and rounding, 1e-16 over the step, are both about 1e-10 here.
    private const double Step = 1e-5;

    // Rounding makes up what is smaller: a gradient of zero is zero within this times the tolerance.
    private const double Floor = 1e-3;

    /// <summary>
    /// The worst error of the first derivatives: for each variable, the largest difference between the two gradients
    /// over the largest entry of the gradient.
    /// </summary>
    internal static double FirstOrderError(Func<Tensor> function, IReadOnlyList<Tensor> variables)
        => WorstError(variables, Exact(function, variables), () =>
        {
            using var noGrad = no_grad();
            return function();
        });

    /// <summary>
    /// The same for the gradients of the product of the gradient with a fixed direction: every second derivative, mixed
    /// ones too.
    /// </summary>
    internal static double SecondOrderError(Func<Tensor> function, IReadOnlyList<Tensor> variables)
    {
        Tensor GradientProduct()
            => Derivative.Of(function(), variables, createGraph: true)
                .Select(Weighed)
                .Aggregate((sum, product) => sum.add(product));

        return WorstError(variables, Exact(GradientProduct, variables), GradientProduct);
    }

    /// <summary>
    /// The worst error of the first derivatives along a random direction of each variable, over the gradient's norm; null if differences
    /// over one and two steps disagree, as they do where a kink is near by.
    /// </summary>
    internal static double? FirstOrderErrorAlong(Func<Tensor> function, IReadOnlyList<Tensor> variables)
        => WorstErrorAlong(variables, Derivative.Of(function(), variables, createGraph: false), () =>
        {
            using var noGrad = no_grad();
            return function();
        });

    /// <summary>
    /// The same for the product of the gradient with a fixed direction. The differences are those of the gradient as training has it, that
    /// of the fused kernels where they compute it; the derivative is that of the gradient's graph.
    /// </summary>
    internal static double? SecondOrderErrorAlong(Func<Tensor> function, IReadOnlyList<Tensor> variables)
    {
        Tensor GradientProduct(bool createGraph)
            => Derivative.Of(function(), variables, createGraph).Select(Weighed).Aggregate((sum, product) => sum.add(product));

        var exact = Derivative.Of(GradientProduct(createGraph: true), variables, createGraph: false);
        return WorstErrorAlong(variables, exact, () => GradientProduct(createGraph: false));
    }

    private static double? WorstErrorAlong(IReadOnlyList<Tensor> variables, Tensor[] gradients, Func<Tensor> function)
    {
        var worst = 0.0;
        foreach (var (variable, gradient) in variables.Zip(gradients))
        {
            using var scope = NewDisposeScope();
            var (along, exact) = (Numbers.In(randn_like(variable.detach())), Numbers.In(gradient));
            var scale = Math.Max(Floor, Math.Sqrt(exact.Sum(entry => entry * entry)));
            var (near, far) = (SlopeAlong(function, variable, along, Step), SlopeAlong(function, variable, along, 2 * Step));
            if (Math.Abs(near - far) > 1e-7 * scale)
            {
                return null;
            }

            worst = Math.Max(worst, Error(exact.Zip(along, (entry, part) => entry * part).Sum(), near) / scale);
        }

        return worst;
    }

    private static double SlopeAlong(Func<Tensor> function, Tensor variable, double[] direction, double step)
    {
        using var scope = NewDisposeScope();
        var entries = variable.detach().view(-1).data<double>();
        var here = entries.ToArray();
        double At(double length)
        {
            for (var i = 0; i < here.Length; i++)
            {
                entries[i] = here[i] + (length * direction[i]);
            }

            return Numbers.In(function())[0];
        }

        var slope = (At(step) - At(-step)) / (2 * step);
        _ = At(0);
        return slope;
    }

    /// <summary>The sum of the entries, each with a weight of its own, so that no two errors cancel.</summary>
    internal static Tensor Weighed(Tensor x) => Weighed(x, x.dtype);

    /// <summary>The same with the weights as another dtype holds them.</summary>
    internal static Tensor Weighed(Tensor x, ScalarType rounded)
        => x.flatten().mul(arange(1, x.numel() + 1, ScalarType.Float64).cos().to(rounded).to(x.dtype)).sum();

    private static double[][] Exact(Func<Tensor> function, IReadOnlyList<Tensor> variables)
    {
        using var scope = NewDisposeScope();
        return [.. Derivative.Of(function(), variables, createGraph: false).Select(Numbers.In)];
    }

    private static double WorstError(IReadOnlyList<Tensor> variables, double[][] exact, Func<Tensor> function)
        => variables.Zip(exact).Max(pair =>
        {
            var (variable, gradient) = pair;
            var scale = gradient.Append(Floor).Max(Math.Abs);
            return gradient.Select((entry, i) => Error(entry, Slope(function, variable, i)) / scale).Max();
        });

    // NaN would lose every comparison.
    private static double Error(double exact, double slope)
        => double.IsFinite(exact) && double.IsFinite(slope) ? Math.Abs(exact - slope) : double.PositiveInfinity;

    private static double Slope(Func<Tensor> function, Tensor variable, int index)
    {
        using var scope = NewDisposeScope();
        var entries = variable.detach().view(-1).data<double>();
        var here = entries[index];
        double At(double value)
        {
            entries[index] = value;
            return function().item<double>();
        }

        var slope = (At(here + Step) - At(here - Step)) / (2 * Step);
        entries[index] = here;
        return slope;
    }
}
