using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>All that a pool gives and learns for an input that it sees in another form, in the form of the input.</summary>
internal static class AxesValues
{
    /// <summary>Outputs, bands, penalties, the inverse and the gradients of a loss of all of them, by name, computed on a path.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="dimensions">Its dimension.</param>
    /// <param name="input">The input.</param>
    /// <param name="path">The path, which is taken, or the test fails.</param>
    /// <param name="norm">Of the penalties; null for none.</param>
    /// <param name="into">From the form of the input to that of the pool.</param>
    /// <param name="back">From the form of the pool to that of the input; as it is if it is not given.</param>
    internal static Dictionary<string, Tensor> Of(
        LiftDownPool pool,
        int dimensions,
        Tensor input,
        string path,
        PenaltyNorm? norm,
        Func<Tensor, Tensor> into,
        Func<Tensor, Tensor>? back = null)
    {
        using var forced = ComputePath.Force(path);
        back ??= tensor => tensor;
        pool.zero_grad();
        var x = input.detach().requires_grad_(true);
        using var penalty = norm is { } given ? new LiftRegularizer(lambda_u: 0.3, lambda_p: 0.7, given) : null;
        using var up = AnyPool.Up(dimensions, pool);
        var plain = pool.forward(into(x));
        ComputePath.Last.Should().Be(path);
        var (y, bands) = pool.forward_with_bands(into(x));
        ComputePath.Last.Should().Be(path);
        var values = new Dictionary<string, Tensor> { ["plain"] = back(plain), ["output"] = back(y) };
        foreach (var name in bands.Names)
        {
            values[name] = back(bands[name]);
        }

        values["restored"] = back(up.forward(bands));
        values["decoded"] = back(up.forward(bands[bands.Names[^1]].mul(0.5), bands));
        ComputePath.Last.Should().Be(path);
        var loss = values.Values.Select(value => Gradients.Weighed(value.contiguous())).Aggregate((sum, term) => sum + term);
        if (penalty is not null)
        {
            (values["c_u"], values["c_p"]) = (penalty.c_u, penalty.c_p);
            loss += penalty.loss();
        }

        loss.backward();
        foreach (var (name, weight) in pool.named_parameters())
        {
            values[$"gradient of {name}"] = weight.grad!;
        }

        values["gradient of the input"] = x.grad!;
        return values.ToDictionary(value => value.Key, value => value.Value.detach().clone());
    }
}
