using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// A scope that collects the penalties of every <c>LiftDownPool</c> which runs inside it:
/// <c>c_u = ||s - xo||</c> keeps the approximation close to the input, <c>c_p = ||d||</c> keeps the detail small. Outside
/// a scope neither is computed.
/// <code>
/// using var penalty = new LiftRegularizer(lambda_u: 0.001, lambda_p: 0.01);
/// var loss = nn.functional.cross_entropy(model.forward(x), labels) + penalty.loss();
/// </code>
/// </summary>
/// <remarks>
/// <para>Each 1-D step has its own term (one in 1-D, three in 2-D, seven in 3-D); a layer's penalty is the sum of its steps',
/// the scope's the sum of its layers'.</para>
/// <para>The paper says in words that s should be close to xe, but its formula has xo: the formula stands here.</para>
/// <para>A scope follows the work that is started inside it, on whatever thread that goes on: <c>Parallel.For</c>, <c>Task.Run</c>, a new
/// thread, after an <c>await</c>. Scopes nest; only the innermost collects. Any thread may end one, in any order: it then
/// collects nowhere, and the next outer one that is open collects again. What backward recomputes is not collected again. Make it in
/// the method that runs the pools: one made inside an <c>async</c> method that was called does not come back to the caller.</para>
/// <para>All members may be used from several threads at once. TorchSharp's own scopes, <c>no_grad()</c> and <c>NewDisposeScope()</c>,
/// are each thread's: what is collected belongs to no dispose scope, and <see cref="Dispose"/> frees it.</para>
/// <para>The default weights are a tenth of the paper's, <c>lambda_u: 0.01, lambda_p: 0.1</c>, which in this repository's experiments cost
/// accuracy: docs/results.md.</para>
/// <para>Source: J. Zhao and C. G. M. Snoek, "LiftPool", ICLR 2021.</para>
/// </remarks>
public sealed class LiftRegularizer : IDisposable
{
    private readonly Lock access = new();
    private readonly List<(LiftDownPool layer, Tensor c_u, Tensor c_p)> shares = [];
    private readonly List<(int layers, Tensor c_u, Tensor c_p)> totals = [];
    private readonly Scalar updateWeight;
    private readonly Scalar predictWeight;
    private readonly LiftRegularizer? outer;
    private Thread? thread;
    private bool ofSeveralThreads;
    private volatile bool ended;

    /// <summary>Begins to collect.</summary>
    /// <param name="lambda_u">The weight of c_u in <see cref="loss"/>. Default: 0.001.</param>
    /// <param name="lambda_p">The weight of c_p in <see cref="loss"/>. Default: 0.01.</param>
    /// <param name="norm">How the norms are read.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or the norm is not one of the enum's.</exception>
    public LiftRegularizer(double lambda_u = 0.001, double lambda_p = 0.01, PenaltyNorm norm = PenaltyNorm.MeanSquare)
    {
        CheckWeight(lambda_u, nameof(lambda_u));
        CheckWeight(lambda_p, nameof(lambda_p));
        CheckNorm(nameof(LiftRegularizer), norm);

        Norm = norm;
        updateWeight = lambda_u.ToScalar();
        predictWeight = lambda_p.ToScalar();
        outer = Current;
        PenaltyScope.Innermost = this;
    }

    /// <summary>
    /// The sum of c_u over all that ran so far: 0-dimensional, part of the autograd graph, 0 if nothing ran.
    /// The scope owns it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The scope has ended.</exception>
    public Tensor c_u => Totals().c_u;

    /// <summary>The sum of c_p, as <see cref="c_u"/>.</summary>
    /// <exception cref="ObjectDisposedException">The scope has ended.</exception>
    public Tensor c_p => Totals().c_p;

    /// <summary>
    /// The share of each call so far, for logging. In the order of the calls if one thread made them; if several did, by layer, the one
    /// that was made first before the others, and the calls of one layer as they arrived. The scope owns the tensors.
    /// </summary>
    /// <remarks>
    /// After an <c>await</c> a method may go on on another thread, and then there are several; a parallel loop may take one alone. The
    /// totals are always summed by layer: where each runs once, no digit of them depends on the threads.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The scope has ended.</exception>
    public IReadOnlyList<(LiftDownPool layer, Tensor c_u, Tensor c_p)> Shares
    {
        get
        {
            lock (access)
            {
                ObjectDisposedException.ThrowIf(ended, this);
                return [.. ofSeveralThreads ? ByLayer() : shares];
            }
        }
    }

    /// <summary><see cref="Shares"/>, each with its layer's place in the model.</summary>
    /// <param name="model">The model that ran in the scope, or a part of it.</param>
    /// <returns>
    /// The place as <c>named_modules()</c> has it, as in <c>encoder.pool1</c>: of a layer that stands there twice the first, empty for
    /// the model itself, null for a layer that is not in it.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The scope has ended.</exception>
    public IReadOnlyList<(string? place, LiftDownPool layer, Tensor c_u, Tensor c_p)> SharesIn(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Dictionary<Module, string> places = new(ReferenceEqualityComparer.Instance) { [model] = "" };
        foreach (var (place, module) in model.named_modules())
        {
            places.TryAdd(module, place);
        }

        return [.. Shares.Select(share => (places.GetValueOrDefault(share.layer), share.layer, share.c_u, share.c_p))];
    }

    /// <summary>The innermost scope that is open where this is asked; null for none.</summary>
    internal static LiftRegularizer? Current
    {
        get
        {
            // What has ended stays in flows that its Dispose did not run in.
            var scope = (LiftRegularizer?)PenaltyScope.Innermost;
            while (scope is { ended: true })
            {
                scope = scope.outer;
            }

            return scope;
        }
    }

    internal PenaltyNorm Norm { get; }

    /// <summary>
    /// <c>lambda_u * c_u + lambda_p * c_p</c> of all that ran so far, to be added to the task's loss: a new 0-dimensional
    /// tensor in the caller's dispose scope.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The scope has ended.</exception>
    public Tensor loss()
    {
        // Another thread may end the scope, and free the totals and the weights.
        lock (access)
        {
            var (update, predict) = Totals();
            using var scope = NewDisposeScope();
            var loss = update.mul(updateWeight).add(predict.mul(predictWeight), Scalars.One).MoveToOuterDisposeScope();
            GC.KeepAlive(this);
            return loss;
        }
    }

    /// <summary>Ends the scope on every thread and frees what it collected; a loss taken from it stays valid.</summary>
    public void Dispose()
    {
        lock (access)
        {
            if (ended)
            {
                return;
            }

            ended = true;
            var collected = shares.Select(share => (share.c_u, share.c_p)).Concat(totals.Select(total => (total.c_u, total.c_p)));
            foreach (var (c_u, c_p) in collected)
            {
                c_u.Dispose();
                c_p.Dispose();
            }

            shares.Clear();
            totals.Clear();
            thread = null;
            updateWeight.Dispose();
            predictWeight.Dispose();
        }

        // Else this flow would hold on to what has ended.
        PenaltyScope.Innermost = Current;
    }

    internal static void CheckNorm(string who, PenaltyNorm norm)
    {
        if (!Enum.IsDefined(norm))
        {
            throw Errors.Wrong(who, $"norm {string.Join(" or ", Enum.GetNames<PenaltyNorm>())}", $"{norm}", nameof(norm));
        }
    }

    /// <summary>Takes the terms over. If the scope has ended while they were computed, nobody wants them.</summary>
    internal void Collect(LiftDownPool layer, Tensor c_u, Tensor c_p)
    {
        lock (access)
        {
            if (!ended)
            {
                thread ??= Thread.CurrentThread;
                ofSeveralThreads |= thread != Thread.CurrentThread;
                shares.Add((layer, c_u.DetachFromDisposeScope(), c_p.DetachFromDisposeScope()));
                return;
            }
        }

        c_u.Dispose();
        c_p.Dispose();
    }

    // Which of several threads comes first is chance; the layers' order is not.
    private IEnumerable<(LiftDownPool layer, Tensor c_u, Tensor c_p)> ByLayer() => shares.OrderBy(share => share.layer.Number);

    // Summed when read, and again when more has run since; what was read before stays valid until Dispose.
    private (Tensor c_u, Tensor c_p) Totals()
    {
        lock (access)
        {
            ObjectDisposedException.ThrowIf(ended, this);
            if (totals.Count == 0 || totals[^1].layers != shares.Count)
            {
                // A log may read them under no_grad or in inference mode, and the loss after it needs their graph.
                using var recorded = inference_mode(false);
                using var scope = NewDisposeScope();
                totals.Add((
                    shares.Count,
                    Sum(ByLayer().Select(share => share.c_u)).DetachFromDisposeScope(),
                    Sum(ByLayer().Select(share => share.c_p)).DetachFromDisposeScope()));
            }

            return (totals[^1].c_u, totals[^1].c_p);
        }
    }

    private static Tensor Sum(IEnumerable<Tensor> terms)
        => terms.Aggregate(zeros([]), (sum, term) => sum.add(term, Scalars.One));

    private static void CheckWeight(double weight, string parameter)
    {
        if (!double.IsFinite(weight) || weight < 0)
        {
            throw Errors.Wrong(nameof(LiftRegularizer), $"a finite {parameter} of at least 0", $"{weight}", parameter);
        }
    }
}
