using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>
/// A call on the kernels whose signal is cut into pieces along its first spatial axis. A piece is computed from a window that reaches
/// so far into its neighbours that the piece's own samples, bands and gradients are those of the whole.
/// </summary>
internal sealed record PiecewiseCall : PoolCall
{
    private readonly FusedCall whole;
    private readonly long first;
    private readonly long length;
    private readonly bool circular;

    // Samples along the first axis, which is lifted, for each pair: 2 of a signal, 1 of a band.
    private readonly long ofSignals;
    private readonly long ofResults;

    /// <summary>The call on the kernels, in pieces if the signals, all of one shape, are too long to go through at once.</summary>
    internal static PoolCall For(PoolRequest request, FusedScheme scheme, int bits, Tensor x)
    {
        // Of a small signal such questions are much of a call.
        if (x.numel() > Pieces.MostSamples / 8)
        {
            var pairs = request.PairsOf(x.shape);
            var length = Pieces.Length(x.size(1), pairs, request.Axes, scheme);
            if (length < pairs[0])
            {
                return new PiecewiseCall(FusedCall.For(request.ForEvenLengths, scheme, bits), pairs[0], length);
            }
        }

        return FusedCall.For(request, scheme, bits);
    }

    private PiecewiseCall(FusedCall whole, long first, long length)
        : base(whole.Request)
    {
        (this.whole, this.first, this.length) = (whole, first, length);
        circular = whole.Scheme.Padding == PaddingModes.Circular;
        (ofSignals, ofResults) = whole.Request is DownRequest ? (2, 1) : (1, 2);
    }

    internal override PoolResult Forward(PoolInputs inputs)
    {
        var result = whole.NewResult(inputs);
        var penalties = new List<(long, KernelPenalties)>();
        foreach (var part in Parts(inputs.Signals[0]!))
        {
            using var scope = NewDisposeScope();
            var piece = InPiece(part);
            var ofPiece = piece.Forward(InWindow(inputs, part));
            foreach (var (target, values) in result.Signals.Zip(ofPiece.Signals))
            {
                if (target is not null)
                {
                    var own = values!.narrow(2, ofResults * part.Before, ofResults * part.Count);
                    OfPart(target, part).copy_(own);
                }
            }

            if (piece.Penalties is { } found)
            {
                penalties.Add((part.Item, found));
            }
        }

        return whole.WithPenalties(result, inputs.Signals[0]!, penalties);
    }

    internal override PoolInputs Backward(PoolInputs inputs, PoolResult gradients, bool wantsSignals)
    {
        var signals = new Tensor?[inputs.Signals.Length];
        Tensor?[] ofWeights = [.. inputs.Weights, inputs.BandWeights];
        var weights = new Tensor?[ofWeights.Length];
        foreach (var part in Parts(inputs.Signals[0]!))
        {
            using var scope = NewDisposeScope();
            var piece = InPiece(part);
            piece.Penalties = whole.Penalties?.OfItems(part.Item, part.Items);
            var ofPiece = piece.Backward(InWindow(inputs, part), gradients.With(gradient => GradientWindow(gradient, part)), wantsSignals);
            for (var i = 0; i < signals.Length; i++)
            {
                if (ofPiece.Signals[i] is { } gradient)
                {
                    signals[i] ??= ZerosLike(inputs.Signals[i]!).MoveToOuterDisposeScope();
                    AddWindow(signals[i]!.narrow(0, part.Item, part.Items), part, gradient);
                }
            }

            foreach (var (i, gradient) in ofPiece.Weights.Append(ofPiece.BandWeights).Index())
            {
                if (gradient is not null)
                {
                    // There may be many pieces.
                    weights[i] ??= zeros(gradient.shape, ScalarType.Float64).MoveToOuterDisposeScope();
                    weights[i]!.add_(gradient.to(ScalarType.Float64), Scalars.One);
                }
            }
        }

        Tensor?[] rounded = [.. weights.Zip(ofWeights, (gradient, weight) => gradient?.to(weight!.dtype))];
        return new(signals) { Weights = rounded[..^1], BandWeights = rounded[^1] };
    }

    internal override PoolResult Compose(PoolInputs inputs) => whole.Compose(inputs);

    private IEnumerable<Part> Parts(Tensor x)
    {
        var (batch, reach) = (x.size(0), Pieces.Reach(whole.Scheme.Steps));
        var items = Pieces.Items(batch, x.numel() / batch / first * (length + (2 * reach)));
        for (long item = 0; item < batch; item += items)
        {
            foreach (var piece in Pieces.Of(first, length, reach, circular))
            {
                yield return new(item, Math.Min(items, batch - item), piece);
            }
        }
    }

    private FusedCall InPiece(Part part) => whole with
    {
        FirstPadding = circular ? PaddingModes.Zeros : whole.Scheme.Padding,
        Counted = ((int)part.Before, (int)(part.Before + part.Count)),
    };

    private PoolInputs InWindow(PoolInputs inputs, Part part)
        => inputs with { Signals = [.. inputs.Signals.Select(signal => Window(signal!.narrow(0, part.Item, part.Items), part))] };

    private Tensor Window(Tensor x, Part part)
    {
        Tensor[] runs = [.. Runs(x, part).Select(run => x.narrow(2, run.From, run.Count))];
        return MemoryLayout.Dense(runs.Length == 1 ? runs[0] : cat(runs, 2), MemoryLayout.IsChannelsLast(x));
    }

    private void AddWindow(Tensor target, Part part, Tensor values)
    {
        long next = 0;
        foreach (var (from, count) in Runs(target, part))
        {
            target.narrow(2, from, count).add_(values.narrow(2, next, count), Scalars.One);
            next += count;
        }
    }

    /// <summary>Where a window lies in a tensor: more than one run if it goes over the ends.</summary>
    private List<(long From, long Count)> Runs(Tensor x, Part part)
    {
        var (from, to) = (ofSignals * part.Pairs.WindowFrom, ofSignals * part.Pairs.WindowTo);
        if (!circular)
        {
            // Of an odd length with ceil_mode the kernel repeats the last sample.
            return [(from, Math.Min(to, x.size(2)) - from)];
        }

        var all = ofSignals * first;
        List<(long From, long Count)> runs = from < 0 ? [(all + from, -from)] : [];
        runs.Add((Math.Max(from, 0), Math.Min(to, all) - Math.Max(from, 0)));
        if (to > all)
        {
            runs.Add((0, to - all));
        }

        return [.. runs.SelectMany(run => Existing(run, x.size(2)))];
    }

    // Of an odd length with ceil_mode the last sample stands for the one after it too. Runs are of whole pairs: there is one before it.
    private static IEnumerable<(long From, long Count)> Existing((long From, long Count) run, long length)
        => run.From + run.Count <= length ? [run] : [run with { Count = run.Count - 1 }, (length - 1, 1)];

    /// <summary>The gradient of the output or a band, of the piece's own samples alone.</summary>
    private Tensor GradientWindow(Tensor gradient, Part part)
    {
        var shape = gradient.shape;
        (shape[0], shape[2]) = (part.Items, ofResults * (part.Pairs.WindowTo - part.Pairs.WindowFrom));
        var window = zeros(shape, gradient.dtype);
        window.narrow(2, ofResults * part.Before, ofResults * part.Count).copy_(OfPart(gradient, part));
        return window;
    }

    /// <summary>What a piece has of a result.</summary>
    private Tensor OfPart(Tensor result, Part part)
        => result.narrow(0, part.Item, part.Items).narrow(2, ofResults * part.Pairs.From, ofResults * part.Count);

    private static Tensor ZerosLike(Tensor x)
    {
        var like = MemoryLayout.IsChannelsLast(x) ? MemoryLayout.ChannelsToEnd(x) : x;
        var zero = zeros(like.shape, x.dtype);
        return MemoryLayout.IsChannelsLast(x) ? MemoryLayout.ChannelsFromEnd(zero) : zero;
    }

    /// <summary>A piece of some items.</summary>
    private readonly record struct Part(long Item, long Items, Stretch Pairs)
    {
        /// <summary>The pairs of the window before the piece's own.</summary>
        internal long Before => Pairs.From - Pairs.WindowFrom;

        internal long Count => Pairs.To - Pairs.From;
    }
}
