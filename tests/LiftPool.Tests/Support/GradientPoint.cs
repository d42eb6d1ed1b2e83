using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>A scalar function of some variables, at a point where every ReLU of the operators is smooth.</summary>
internal sealed class GradientPoint : IDisposable
{
    private const double ReluMargin = 1e-3;

    private readonly IReadOnlyList<Module> modules;

    private GradientPoint(GradientCase from, ScalarType dtype, int seed)
    {
        modules = from.NewModules(dtype);

        // After the layers have drawn their own weights, which takes other random numbers in another dtype.
        manual_seed(seed);
        foreach (var weight in modules.SelectMany(module => module.parameters()))
        {
            using var noGrad = no_grad();
            weight.copy_(Uniform(dtype, weight.shape));
        }

        (Function, var inputs) = from.NewFunction(modules, shape => Uniform(dtype, shape).requires_grad_());
        Variables = [.. inputs, .. modules.SelectMany(module => module.parameters())];
        Seed = seed;
    }

    internal Func<Tensor> Function { get; }

    /// <summary>The inputs, then every weight.</summary>
    internal IReadOnlyList<Tensor> Variables { get; }

    internal int Seed { get; }

    /// <summary>Draws until no argument of a ReLU is nearer to its kink than differences reach.</summary>
    internal static GradientPoint Draw(GradientCase from)
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var point = new GradientPoint(from, ScalarType.Float64, seed);
            if (point.SmallestReluArgument() >= ReluMargin)
            {
                return point;
            }

            point.Dispose();
        }

        throw new InvalidOperationException($"{from.Name}: no draw keeps its ReLU arguments from zero.");
    }

    /// <summary>The same point in another dtype: every value drawn is a float32.</summary>
    internal static GradientPoint Again(GradientCase from, ScalarType dtype, int seed) => new(from, dtype, seed);

    public void Dispose()
    {
        foreach (var module in modules)
        {
            module.Dispose();
        }
    }

    private static Tensor Uniform(ScalarType dtype, long[] shape) => rand(shape, ScalarType.Float32).mul(2).sub(1).to(dtype);

    private double SmallestReluArgument()
    {
        using var scope = NewDisposeScope();
        var smallest = double.PositiveInfinity;
        var hooks = modules
            .SelectMany(module => module.named_modules())
            .Where(named => named.name.EndsWith("conv", StringComparison.Ordinal))
            .Select(named => ((SameConv1d)named.module).register_forward_hook((_, _, argument) =>
            {
                smallest = Math.Min(smallest, argument.abs().min().item<double>());
                return argument;
            }))
            .ToArray();
        hooks.Should().NotBeEmpty();
        Function();
        foreach (var hook in hooks)
        {
            hook.remove();
        }

        smallest.Should().BeLessThan(double.PositiveInfinity, "the hooks ran");
        return smallest;
    }
}
