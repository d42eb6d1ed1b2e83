using LiftPool.Lifting;
namespace LiftPool.Calls;

/// <summary>
/// A call of a kernel whose signal goes through in pieces along its first spatial axis. Each is computed from a window that
/// overlaps the next pieces so far that its own samples, bands and gradients are those of the whole.
/// </summary>
internal sealed class PiecewiseCall : IRecomputedCall
{
    private readonly FusedCall call;
    private readonly int signals;
    private readonly long first;
    private readonly long length;
    private readonly bool circular;

    /// <summary>The call itself where nothing is to be cut.</summary>
    /// <param name="call">On the kernels.</param>
    /// <param name="x">The first of the tensors that it works on, all of one shape.</param>
    /// <param name="signals">How many these are.</param>
    internal static IRecomputedCall IfLong(FusedCall call, Tensor x, int signals)
    {
        // Of a small signal such questions are much of a call.
        if (x.numel() <= Pieces.MostSamples / 8)
        {
            return call;
        }

        long[] halves = [.. x.shape[2..].Select(call.HalfLength)];
        var length = Pieces.Length(x.size(1), halves, call.Padding, call.Steps);
        return length < halves[0] ? new PiecewiseCall(call, signals, halves[0], length) : call;
    }

    private PiecewiseCall(FusedCall call, int signals, long first, long length)
    {
        (this.call, this.signals, this.first, this.length) = (call, signals, first, length);
        circular = call.Padding == PaddingModes.Circular;
    }

    public List<Tensor> Forward(Tensor?[] inputs)
    {
        var outputs = call.NewOutputs(inputs);
        var norms = new List<(long, PenaltyNorms)>();
        foreach (var part in Parts(inputs[0]!))
        {
            using var scope = NewDisposeScope();
            var piece = InPiece(part);
            foreach (var (whole, own) in outputs.Zip(piece.Forward(WindowsOf(inputs, part))))
            {
                var scale = ScaleOf(whole);
                Own(whole, part, scale).copy_(own.narrow(2, scale * part.Before, scale * part.Count));
            }

            if (piece.Norms is { } found)
            {
                norms.Add((part.Item, found));
            }
        }

        return call.WithPenalties(outputs, inputs[0]!, norms);
    }

    public List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients)
    {
        var found = new Tensor?[inputs.Length];

        // A window is no input of the graph.
        var wantsSignal = inputs.Take(signals).Any(input => input!.requires_grad);
        foreach (var part in Parts(inputs[0]!))
        {
            using var scope = NewDisposeScope();
            var piece = InPiece(part);
            piece.Norms = call.Norms?.OfItems(part.Item, part.Items);
            var ofPiece = piece.Backward(WindowsOf(inputs, part), [.. gradients.Select(gradient => GradientWindow(gradient, part))], wantsSignal);
            for (var i = 0; i < found.Length; i++)
            {
                if (ofPiece[i] is not { } gradient)
                {
                    continue;
                }

                if (i < signals)
                {
                    found[i] ??= ZerosLike(inputs[i]!).MoveToOuterDisposeScope();
                    AddWindow(found[i]!.narrow(0, part.Item, part.Items), part, gradient);
                }
                else
                {
                    // There may be many pieces.
                    found[i] ??= zeros(gradient.shape, ScalarType.Float64).MoveToOuterDisposeScope();
                    found[i]!.add_(gradient.to(ScalarType.Float64), Scalars.One);
                }
            }
        }

        return [.. found.Select((gradient, i) => i < signals ? gradient : gradient?.to(inputs[i]!.dtype))];
    }

    public List<Tensor> Composed(Tensor?[] inputs) => call.Composed(inputs);

    // Some items at a time, so that the copies stay small.
    private IEnumerable<Part> Parts(Tensor x)
    {
        var reach = Pieces.Reach(call.Steps);
        var (batch, itemSize) = (x.size(0), x.numel() / x.size(0) / first * (length + (2 * reach)));
        var items = Math.Clamp(Pieces.MostElements / itemSize, 1, batch);
        for (long item = 0; item < batch; item += items)
        {
            foreach (var piece in Pieces.Of(first, length, reach, circular))
            {
                yield return new(item, Math.Min(items, batch - item), piece.From, piece.To, piece.WindowFrom, piece.WindowTo);
            }
        }
    }

    private FusedCall InPiece(Part part) => call with
    {
        FirstPadding = circular ? PaddingModes.Zeros : call.Padding,
        Counted = ((int)part.Before, (int)(part.Before + part.Count)),
    };

    private Tensor?[] WindowsOf(Tensor?[] inputs, Part part)
        => [.. inputs.Select((input, i) => i < signals ? Window(input!.narrow(0, part.Item, part.Items), part) : input)];

    private Tensor Window(Tensor x, Part part)
    {
        Tensor[] stretches = [.. Stretches(x, part).Select(stretch => x.narrow(2, stretch.From, stretch.Count))];
        return MemoryLayout.Dense(stretches.Length == 1 ? stretches[0] : cat(stretches, 2), MemoryLayout.IsChannelsLast(x));
    }

    private void AddWindow(Tensor target, Part part, Tensor values)
    {
        long next = 0;
        foreach (var (from, count) in Stretches(target, part))
        {
            target.narrow(2, from, count).add_(values.narrow(2, next, count), Scalars.One);
            next += count;
        }
    }

    /// <summary>Where a window lies in a tensor: more than one stretch if it goes over the ends.</summary>
    private List<(long From, long Count)> Stretches(Tensor x, Part part)
    {
        var scale = ScaleOf(x);
        var (from, to) = (scale * part.WindowFrom, scale * part.WindowTo);
        if (!circular)
        {
            // Of an odd length with ceil_mode the kernel repeats the last sample.
            return [(from, Math.Min(to, x.size(2)) - from)];
        }

        var whole = scale * first;
        List<(long From, long Count)> stretches = from < 0 ? [(whole + from, -from)] : [];
        stretches.Add((Math.Max(from, 0), Math.Min(to, whole) - Math.Max(from, 0)));
        if (to > whole)
        {
            stretches.Add((0, to - whole));
        }

        return [.. stretches.SelectMany(stretch => Existing(stretch, x.size(2)))];
    }

    // Of an odd length with ceil_mode the last sample stands for the one after it too.
    private static IEnumerable<(long From, long Count)> Existing((long From, long Count) stretch, long length)
    {
        if (stretch.From + stretch.Count <= length)
        {
            return [stretch];
        }

        return stretch.Count > 1 ? [stretch with { Count = stretch.Count - 1 }, (length - 1, 1)] : [(length - 1, 1)];
    }

    /// <summary>The gradient of an output, of the piece's own samples alone; penalties' as they are.</summary>
    private Tensor? GradientWindow(Tensor? gradient, Part part)
    {
        if (gradient is null || gradient.dim() < 3)
        {
            return gradient;
        }

        var scale = ScaleOf(gradient);
        var shape = gradient.shape;
        (shape[0], shape[2]) = (part.Items, scale * (part.WindowTo - part.WindowFrom));
        var window = zeros(shape, gradient.dtype);
        window.narrow(2, scale * part.Before, scale * part.Count).copy_(Own(gradient, part, scale));
        return window;
    }

    private static Tensor Own(Tensor x, Part part, long scale)
        => x.narrow(0, part.Item, part.Items).narrow(2, scale * part.From, scale * part.Count);

    /// <summary>Samples along the first axis for each half-sample: 2 of a signal, 1 of a band.</summary>
    private long ScaleOf(Tensor x) => x.size(2) == first ? 1 : 2;

    private static Tensor ZerosLike(Tensor x)
    {
        var like = MemoryLayout.IsChannelsLast(x) ? MemoryLayout.ChannelsToEnd(x) : x;
        var zero = zeros(like.shape, x.dtype);
        return MemoryLayout.IsChannelsLast(x) ? MemoryLayout.ChannelsFromEnd(zero) : zero;
    }

    /// <summary>A piece of some items.</summary>
    private readonly record struct Part(long Item, long Items, long From, long To, long WindowFrom, long WindowTo)
    {
        /// <summary>The half-samples of the window before the piece's own.</summary>
        internal long Before => From - WindowFrom;

        internal long Count => To - From;
    }
}
