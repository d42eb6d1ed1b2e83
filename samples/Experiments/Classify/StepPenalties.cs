using static TorchSharp.torch;

namespace Experiments;

/// <summary>Collects c_u and c_p of every pool of the experiments' own that runs inside it on this thread, as LiftRegularizer does of the library's.</summary>
internal sealed class StepPenalties : IDisposable
{
    [ThreadStatic]
    private static StepPenalties? current;

    private readonly List<(Tensor U, Tensor P)> terms = [];

    private readonly StepPenalties? outer = current;

    public StepPenalties() => current = this;

    /// <summary>Means of squares: <c>c_u = mean((s - target)^2)</c>, <c>c_p = mean(d^2)</c>.</summary>
    public static void Add(Tensor s, Tensor target, Tensor d)
    {
        if (current is not null)
        {
            Add(nn.functional.mse_loss(s, target), d.mul(d).mean());
        }
    }

    /// <summary>c_u and c_p as they are to be summed.</summary>
    public static void Add(Tensor u, Tensor p)
    {
        // Beyond the scopes of every module on the way out.
        current?.terms.Add((u.DetachFromDisposeScope(), p.DetachFromDisposeScope()));
    }

    /// <summary>The loss with its penalties.</summary>
    public Tensor AddTo(Tensor loss, Penalties weights)
        => terms.Aggregate(loss, (sum, term) => sum.add(term.U, weights.LambdaU).add(term.P, weights.LambdaP));

    public void Dispose()
    {
        current = outer;
        foreach (var (u, p) in terms)
        {
            u.Dispose();
            p.Dispose();
        }
    }
}
