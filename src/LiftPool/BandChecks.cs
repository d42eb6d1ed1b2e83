using System.Collections.ObjectModel;
using LiftPool.Lifting;

namespace LiftPool;

/// <summary>Which tensors can be the bands of one input, said before anything is made of them.</summary>
internal static class BandChecks
{
    private const string Who = nameof(LiftBands);

    // A batch, channels and three spatial axes.
    private const int MostRank = 5;

    private static readonly ReadOnlyCollection<string>[] NamesByLetters = [.. Enumerable.Range(0, 4).Select(NewNames)];

    /// <summary>The names of so many bands in their order: one letter an axis that was lifted, horizontal first, L before H.</summary>
    internal static IReadOnlyList<string> Names(int count) => NamesByLetters[int.Log2(count)];

    /// <summary>The bands in the order of their names.</summary>
    internal static Tensor[] InOrder(IReadOnlyDictionary<string, Tensor> bands)
    {
        ArgumentNullException.ThrowIfNull(bands);
        if (bands.Count is 2 or 4 or 8)
        {
            var names = Names(bands.Count);
            if (names.All(bands.ContainsKey))
            {
                return [.. names.Select(name => bands[name])];
            }
        }

        var wanted = $"the bands {string.Join(", ", Names(2))} or {string.Join(", ", Names(4))} or {string.Join(", ", Names(8))}";
        throw Errors.Wrong(Who, wanted, bands.Count == 0 ? "none" : string.Join(", ", bands.Keys), nameof(bands));
    }

    /// <summary>The axes that so many bands are of, and the spatial dimensions, where they are known.</summary>
    /// <param name="count">The number of bands.</param>
    /// <param name="axes">The axes, or All for every spatial axis of the tensors.</param>
    /// <param name="dimensions">Where the caller knows them.</param>
    internal static (LiftAxes Axes, int? Dimensions) AxesOf(int count, LiftAxes axes, int? dimensions)
    {
        if (axes == LiftAxes.None || (axes & ~LiftAxes.All) != 0)
        {
            throw Errors.Wrong(Who, "at least one of the axes Width, Height, Depth, and no other", $"{axes}", nameof(axes));
        }

        if (count is not (2 or 4 or 8))
        {
            throw Errors.Wrong(Who, "2, 4 or 8 bands, of one, two or three axes", $"{count}", "bands");
        }

        if (axes == LiftAxes.All)
        {
            var all = LiftedAxes.All(int.Log2(count));
            return (all.Axes, all.Dimensions);
        }

        var wanted = 1 << int.PopCount((int)axes);
        return count == wanted ? (axes, dimensions) : throw Errors.Wrong(Who, $"{wanted} bands, along {axes}", $"{count}", "bands");
    }

    /// <summary>The input's shape, given or twice the bands', if all of these belong together.</summary>
    /// <param name="bands">Two, four or eight, in order.</param>
    /// <param name="axes">The axes that they are of: one for two bands.</param>
    /// <param name="dimensions">The spatial dimensions; null if they are not known.</param>
    /// <param name="inputShape">The input's shape; null for twice the bands'.</param>
    /// <param name="cropped">The samples that odd axes of floor mode had too many.</param>
    /// <param name="blamed">The caller's argument that all of them come from; null if each has its own.</param>
    internal static long[] InputShape(
        IReadOnlyList<Tensor> bands,
        LiftAxes axes,
        int? dimensions,
        IReadOnlyList<long>? inputShape,
        IReadOnlyList<Tensor> cropped,
        string? blamed = null)
    {
        var names = Names(bands.Count);
        for (var i = 0; i < names.Count; i++)
        {
            RefuseIfGone(bands[i], $"band {names[i]}", blamed ?? nameof(bands));
        }

        var first = bands[0];
        var shape = first.shape;
        var isEmpty = Enumerable.Range(0, shape.Length).Any(dim => shape[dim] == 0 && Lifts(axes, shape, dim));
        if (isEmpty || !IsOfRank(shape.Length, axes, dimensions))
        {
            var spatial = dimensions switch { 1 => "L", 2 => "H, W", _ => "D, H, W" };
            var shapes = dimensions is null ? $"of {LeastRank(axes)} to {MostRank} dimensions" : $"[N, C, {spatial}] or [C, {spatial}]";
            var all = dimensions is { } known && new LiftedAxes(known, axes).AreAll;
            var wanted = $"bands {shapes} of at least one sample {(all ? "on every spatial axis" : $"along {axes}")}"
                + (all && !isEmpty && shape.Length > dimensions + 2 ? " (or the argument axes, if not all were lifted)" : "");
            throw Errors.Wrong(Who, wanted, Errors.Shape(first), blamed ?? nameof(bands));
        }

        for (var i = 1; i < names.Count; i++)
        {
            RefuseUnlike(first, bands[i], shape, $"band {names[i]}", blamed ?? nameof(bands));
        }

        long[] whole = inputShape is null ? Twice(shape, axes) : [.. inputShape];
        RefuseUnlessFromIt(shape, whole, axes, blamed ?? nameof(inputShape));
        CheckCropped(first, whole, cropped, blamed ?? nameof(cropped));
        return whole;
    }

    /// <summary>Throws unless the cropped samples are those of an input of that shape with bands like this.</summary>
    internal static void CheckCropped(Tensor band, long[] inputShape, IReadOnlyList<Tensor> cropped, string parameter)
    {
        var wanted = OddSizes.SetAsideShapes(inputShape, band.shape);
        if (cropped.Count != wanted.Count)
        {
            var shapes = wanted.Count == 0 ? "" : $", of {string.Join(" and ", wanted.Select(shape => Errors.Shape(shape)))}";
            var sizes = $"for bands {Errors.Shape(band)} of an input {Errors.Shape(inputShape)}";
            throw Errors.Wrong(Who, $"{wanted.Count} tensors of cropped samples{shapes}, {sizes}", $"{cropped.Count}", parameter);
        }

        for (var i = 0; i < wanted.Count; i++)
        {
            RefuseIfGone(cropped[i], $"cropped[{i}]", parameter);
            RefuseUnlike(band, cropped[i], wanted[i], $"cropped[{i}]", parameter);
        }
    }

    /// <summary>Throws unless the tensor can stand beside the band: of that shape, and of the band's dtype and device.</summary>
    internal static void RefuseUnlike(Tensor band, Tensor tensor, ReadOnlySpan<long> shape, string called, string parameter)
    {
        if (!tensor.shape.AsSpan().SequenceEqual(shape))
        {
            throw Errors.Wrong(Who, $"{called} of shape {Errors.Shape(shape)}", Errors.Shape(tensor), parameter);
        }

        if (tensor.dtype != band.dtype || !Devices.AreOne(tensor, band))
        {
            var wanted = $"{called} of {band.dtype} on {band.device} as the others are";
            throw Errors.Wrong(Who, wanted, $"{tensor.dtype} on {tensor.device}", parameter);
        }
    }

    internal static void RefuseIfGone(Tensor tensor, string called, string parameter)
    {
        ArgumentNullException.ThrowIfNull(tensor, parameter);
        if (tensor.IsInvalid)
        {
            throw Errors.Wrong(Who, "tensors that are not disposed", $"a disposed {called}", parameter);
        }
    }

    private static ReadOnlyCollection<string> NewNames(int letters)
    {
        char Letter(int band, int axis) => ((band >> (letters - 1 - axis)) & 1) == 0 ? 'L' : 'H';
        string Name(int band) => string.Concat(Enumerable.Range(0, letters).Select(axis => Letter(band, axis)));
        return Array.AsReadOnly([.. Enumerable.Range(0, 1 << letters).Select(Name)]);
    }

    // Channels, and the spatial dimensions up to the last that is lifted.
    private static int LeastRank(LiftAxes axes) => 2 + int.Log2((int)axes);

    private static bool IsOfRank(int rank, LiftAxes axes, int? dimensions)
        => dimensions is { } known ? rank - known is 1 or 2 : rank >= LeastRank(axes) && rank <= MostRank;

    private static bool Lifts(LiftAxes axes, long[] shape, int dim) => LiftedAxes.Has(axes, shape.Length - dim);

    private static long[] Twice(long[] shape, LiftAxes axes)
        => [.. shape.Select((length, dim) => Lifts(axes, shape, dim) ? 2 * length : length)];

    // A pool crops every odd axis or extends every one.
    private static void RefuseUnlessFromIt(long[] band, long[] input, LiftAxes axes, string parameter)
    {
        if (input.Length != band.Length || !(Gives(ceilMode: false) || Gives(ceilMode: true)))
        {
            var wanted = $"the shape of an input that gives bands {Errors.Shape(band)}: twice their length along {axes}, or on"
                + " some one sample more (cropped in floor mode), or on some one less (extended in ceil_mode)";
            throw Errors.Wrong(Who, wanted, Errors.Shape(input), parameter);
        }

        bool Gives(bool ceilMode) => Enumerable.Range(0, band.Length).All(
            dim => band[dim] == (Lifts(axes, band, dim) ? OddSizes.BandLength(input[dim], ceilMode) : input[dim]));
    }
}
