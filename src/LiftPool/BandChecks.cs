using System.Collections.ObjectModel;
using LiftPool.Lifting;

namespace LiftPool;

/// <summary>Which tensors can be the bands of one input, said before anything is made of them.</summary>
internal static class BandChecks
{
    private const string Who = nameof(LiftBands);

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

    /// <summary>The input's shape, given or twice the bands', if all of these belong together.</summary>
    /// <param name="bands">Two, four or eight, in order.</param>
    /// <param name="inputShape">The input's shape; null for twice the bands'.</param>
    /// <param name="cropped">The samples that odd axes of floor mode had too many.</param>
    /// <param name="blamed">The caller's argument that all of them come from; null if each has its own.</param>
    internal static long[] InputShape(
        IReadOnlyList<Tensor> bands, IReadOnlyList<long>? inputShape, IReadOnlyList<Tensor> cropped, string? blamed = null)
    {
        if (bands.Count is not (2 or 4 or 8))
        {
            throw Errors.Wrong(Who, "2, 4 or 8 bands, of one, two or three axes", $"{bands.Count}", blamed ?? nameof(bands));
        }

        var names = Names(bands.Count);
        var letters = names[0].Length;
        for (var i = 0; i < names.Count; i++)
        {
            RefuseIfGone(bands[i], $"band {names[i]}", blamed ?? nameof(bands));
        }

        var first = bands[0];
        var shape = first.shape;
        if (shape.Length - letters is not (1 or 2) || shape.AsSpan()[^letters..].Contains(0))
        {
            var spatial = letters switch { 1 => "L", 2 => "H, W", _ => "D, H, W" };
            var wanted = $"bands [N, C, {spatial}] or [C, {spatial}] of at least one sample on every spatial axis";
            throw Errors.Wrong(Who, wanted, Errors.Shape(first), blamed ?? nameof(bands));
        }

        for (var i = 1; i < names.Count; i++)
        {
            RefuseUnlike(first, bands[i], shape, $"band {names[i]}", blamed ?? nameof(bands));
        }

        long[] whole = inputShape is null ? Twice(shape, letters) : [.. inputShape];
        RefuseUnlessFromIt(shape, whole, letters, blamed ?? nameof(inputShape));
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

    private static long[] Twice(long[] shape, int letters)
        => [.. shape.Select((length, dim) => dim < shape.Length - letters ? length : 2 * length)];

    // A pool crops every odd axis or extends every one.
    private static void RefuseUnlessFromIt(long[] band, long[] input, int letters, string parameter)
    {
        var before = band.Length - letters;
        var fits = input.Length == band.Length && input.AsSpan(0, before).SequenceEqual(band.AsSpan(0, before));
        if (!fits || !(HalvesOf(ceilMode: false) || HalvesOf(ceilMode: true)))
        {
            var wanted = $"the shape of an input that gives bands {Errors.Shape(band)}: twice their length on every spatial axis, or on"
                + " some one sample more (cropped in floor mode), or on some one less (extended in ceil_mode)";
            throw Errors.Wrong(Who, wanted, Errors.Shape(input), parameter);
        }

        bool HalvesOf(bool ceilMode)
            => Enumerable.Range(before, letters).All(dim => OddSizes.BandLength(input[dim], ceilMode) == band[dim]);
    }
}
