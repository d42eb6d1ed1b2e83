using System.Collections.Concurrent;

namespace LiftPool.Tests;

/// <summary>How far the library is from the reference in one value.</summary>
/// <param name="Kind">The sort of value, for summaries.</param>
/// <param name="Name">Which one it is.</param>
/// <param name="Size">Relative to the reference's largest magnitude, or for float32 gradients a relative norm.</param>
/// <param name="Bound">What it may be.</param>
internal sealed record FixtureDifference(string Kind, string Name, double Size, double Bound)
{
    internal bool IsTooLarge => Size > Bound;
}

/// <summary>Runs one case of the fixture in one dtype, by every way in which its values can be had.</summary>
internal sealed class FixtureComparison : IDisposable
{
    // Asked for case by case, and by the summary of all.
    private static readonly ConcurrentDictionary<(string Name, ScalarType Dtype), IReadOnlyList<FixtureDifference>> Known = [];

    private readonly FixtureCase expected;
    private readonly ScalarType dtype;
    private readonly LiftDownPool pool;
    private readonly Tensor input;
    private readonly Dictionary<string, Tensor> variables;
    private readonly List<FixtureDifference> found = [];

    private FixtureComparison(FixtureCase expected, ScalarType dtype)
    {
        this.expected = expected;
        this.dtype = dtype;
        pool = expected.NewPool(dtype);
        input = expected.Input.ToTensor(dtype).requires_grad_();
        variables = pool.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);
        variables.Add("input", input);
    }

    private bool IsDouble => dtype == ScalarType.Float64;

    internal static IReadOnlyList<FixtureDifference> Differences(FixtureCase expected, ScalarType dtype)
        => Known.GetOrAdd((expected.Name, dtype), _ => Compare(expected, dtype));

    public void Dispose() => pool.Dispose();

    /// <summary>Without what is known already: for another path.</summary>
    internal static List<FixtureDifference> Compare(FixtureCase expected, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var comparison = new FixtureComparison(expected, dtype);
        comparison.PlainForward();
        comparison.Inverse();
        foreach (var norm in Enum.GetValues<PenaltyNorm>())
        {
            comparison.InsideRegularizer(norm);
            comparison.WithPenaltiesMethod(norm);
        }

        return comparison.found;
    }

    private void PlainForward() => Near("output", "forward", pool.forward(input), expected.Output);

    private void Inverse()
    {
        var (_, bands) = pool.forward_with_bands(input);
        using var up = AnyPool.Up(expected.Dims, pool);
        Near("inverse", "up(down(x))", up.forward(bands), expected.Input, IsDouble ? 4e-15 : 2e-6);
    }

    private void InsideRegularizer(PenaltyNorm norm)
    {
        var (lambdaU, lambdaP) = Weights(norm);
        using var penalty = new LiftRegularizer(lambdaU, lambdaP, norm);

        var (output, bands) = pool.forward_with_bands(input);

        Near("output", $"forward_with_bands {norm}", output, expected.Output);
        bands.Names.Should().Equal(expected.AllBands.Keys);
        foreach (var (name, band) in expected.AllBands)
        {
            Near("bands", name, bands[name], band);
        }

        Near("penalties", $"c_u {norm}", penalty.c_u, expected.UpdatePenalty[norm]);
        Near("penalties", $"c_p {norm}", penalty.c_p, expected.PredictPenalty[norm]);
        Gradients(norm, Task(output, bands).add(penalty.loss()));

        // A plain forward inside the scope has to compute the bands that nobody chose, for their penalties.
        pool.forward(input);
        Near("penalties", $"second share c_u {norm}", penalty.Shares[1].c_u, expected.UpdatePenalty[norm]);
        Near("penalties", $"second share c_p {norm}", penalty.Shares[1].c_p, expected.PredictPenalty[norm]);
    }

    private void WithPenaltiesMethod(PenaltyNorm norm)
    {
        var (output, bands) = pool.forward_with_bands(input);

        var (c_u, c_p) = pool.penalties(input, norm);

        Near("penalties", $"penalties(x).c_u {norm}", c_u, expected.UpdatePenalty[norm]);
        Near("penalties", $"penalties(x).c_p {norm}", c_p, expected.PredictPenalty[norm]);
        var (lambdaU, lambdaP) = Weights(norm);
        Gradients(norm, Task(output, bands).add(c_u.mul(lambdaU)).add(c_p.mul(lambdaP)));
    }

    private (double lambdaU, double lambdaP) Weights(PenaltyNorm norm)
    {
        var (fixture, factor) = (FixtureFile.Content, expected.PenaltyFactor(norm));
        return (factor * fixture.LambdaU, factor * fixture.LambdaP);
    }

    private Tensor Task(Tensor output, LiftBands bands)
        => expected.Cotangents.Bands.Aggregate(
            output.mul(expected.Cotangents.Output.ToTensor(dtype)).sum(),
            (sum, pair) => sum.add(bands[pair.Key].mul(pair.Value.ToTensor(dtype)).sum()));

    private void Gradients(PenaltyNorm norm, Tensor loss)
    {
        var gradients = Differentiate(loss, createGraph: expected.SecondOrder is not null && IsDouble);
        foreach (var (name, gradient) in expected.Gradients[norm])
        {
            NearGradient("gradients", $"{norm} {name}", gradients[name], gradient);
        }

        // Float32 has a bound for first derivatives only; its loss is a sum in which large terms cancel.
        if (!IsDouble)
        {
            return;
        }

        Near("loss", $"{norm}", loss, expected.Loss[norm]);
        if (expected.SecondOrder?[norm] is { } second)
        {
            var squares = gradients["input"].square().sum();
            Near("second order", $"{norm} value", squares, second.Value);
            var seconds = Differentiate(squares, createGraph: false);
            foreach (var (name, gradient) in second.Gradients)
            {
                NearGradient("second order", $"{norm} {name}", seconds[name], gradient);
            }
        }
    }

    private Dictionary<string, Tensor> Differentiate(Tensor scalar, bool createGraph)
        => variables.Keys
            .Zip(Derivative.Of(scalar, [.. variables.Values], createGraph))
            .ToDictionary(pair => pair.First, pair => pair.Second);

    private void Near(string kind, string name, Tensor actual, FixtureTensor wanted, double? bound = null)
        => found.Add(new(kind, name, Largest(actual, wanted), bound ?? (IsDouble ? 1e-12 : 2e-6)));

    private void Near(string kind, string name, Tensor actual, double wanted)
        => Near(kind, name, actual, new FixtureTensor([], [wanted]));

    private void NearGradient(string kind, string name, Tensor actual, FixtureTensor wanted)
        => found.Add(IsDouble
            ? new(kind, name, Largest(actual, wanted), 1e-12)
            : new(kind, name, Norm(actual, wanted), 1e-5));

    private static double Largest(Tensor actual, FixtureTensor wanted)
        => Relative(actual, wanted, x => x.abs().max());

    private static double Norm(Tensor actual, FixtureTensor wanted)
        => Relative(actual, wanted, x => x.square().sum().sqrt());

    private static double Relative(Tensor actual, FixtureTensor wanted, Func<Tensor, Tensor> measure)
    {
        if (!actual.shape.SequenceEqual(wanted.Shape))
        {
            return double.PositiveInfinity;
        }

        if (wanted.Data.Length == 0)
        {
            return 0;
        }

        var reference = wanted.ToTensor(ScalarType.Float64);
        var scale = measure(reference).item<double>();
        var size = measure(actual.detach().to(ScalarType.Float64).sub(reference)).item<double>() / (scale == 0 ? 1 : scale);

        // NaN would be the smallest of all differences.
        return double.IsNaN(size) ? double.PositiveInfinity : size;
    }
}
