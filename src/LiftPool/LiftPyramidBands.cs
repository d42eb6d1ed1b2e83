using LiftPool.Lifting;

namespace LiftPool;

/// <summary>The bands of every level of a <see cref="LiftPyramid"/>.</summary>
/// <remarks>
/// <para>It owns them as <see cref="LiftBands"/> owns its tensors: disposing it, or its dispose scope, ends them all.</para>
/// <para>They can be made, changed, converted and moved as <see cref="LiftBands"/> can, with handles of their own each time. The inverse
/// reads every level's details and cropped samples, and the approximation of the last level alone: the others say only of what shape they
/// were, and are not brought up to date when a coarser level changes.</para>
/// </remarks>
public sealed class LiftPyramidBands : IDisposable
{
    private const string Who = nameof(LiftPyramidBands);

    private readonly LiftBands[] levels;

    /// <summary>A pyramid's bands from those of its levels.</summary>
    /// <param name="levels">
    /// The finest first; each the bands of a tensor like the approximation of the one before. The pyramid's bands get handles of
    /// their own; these stay the caller's.
    /// </param>
    /// <exception cref="ArgumentException">There is no level, or one does not follow from the one before.</exception>
    /// <exception cref="ObjectDisposedException">A level's bands are disposed, or their dispose scope has ended.</exception>
    public LiftPyramidBands(IReadOnlyList<LiftBands> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        Check(levels, nameof(levels));
        this.levels = Copies(levels);
    }

    private LiftPyramidBands(LiftBands[] levels) => this.levels = levels;

    /// <summary>The levels, the finest first. The approximation of each but the last is what the next took apart.</summary>
    public IReadOnlyList<LiftBands> Levels => levels;

    /// <summary>The coarsest approximation: the smooth copy that is left, <c>LL</c> of the last level.</summary>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public Tensor Approximation => levels[^1].Approximation;

    /// <summary>A band of a level.</summary>
    /// <param name="level">0 for the finest.</param>
    /// <param name="band">One of its names: <c>LH</c>.</param>
    /// <exception cref="ArgumentException">There is no such level or band.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public Tensor this[int level, string band] => Level(level)[band];

    /// <summary>These bands with another tensor in one's place.</summary>
    /// <param name="level">0 for the finest.</param>
    /// <param name="name">One of its names: <c>LH</c>.</param>
    /// <param name="band">Of the shape, dtype and device of the band that it replaces; it stays the caller's.</param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">There is no such level or band, or the tensor does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftPyramidBands With(int level, string name, Tensor band)
    {
        Array.ForEach(levels, bands => bands.ThrowIfGone());
        var changed = Level(level).With(name, band);
        return new([.. levels.Select((bands, i) => i == level ? changed : new LiftBands(bands))]);
    }

    /// <summary>Bands made of these one by one; the cropped samples stay as they are.</summary>
    /// <param name="map">From a level, a band's name and its tensor to a tensor for its place, as <see cref="LiftBands"/> maps one.</param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">What came of the map does not belong together.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftPyramidBands Map(Func<int, string, Tensor, Tensor> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Mapped((bands, level) => bands.Map((name, band) => map(level, name, band)));
    }

    /// <summary>All that these bands hold, mapped: every band of every level, and the cropped samples too.</summary>
    /// <param name="map">From a tensor to one for its place.</param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">What came of the map does not belong together.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftPyramidBands Map(Func<Tensor, Tensor> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Mapped((bands, _) => bands.Map(map));
    }

    /// <inheritdoc cref="LiftBands.to(ScalarType)"/>
    public LiftPyramidBands to(ScalarType dtype) => Mapped((bands, _) => bands.to(dtype));

    /// <inheritdoc cref="LiftBands.to(Device)"/>
    public LiftPyramidBands to(Device device) => Mapped((bands, _) => bands.to(device));

    /// <inheritdoc cref="LiftBands.to(ScalarType, Device)"/>
    public LiftPyramidBands to(ScalarType dtype, Device device) => Mapped((bands, _) => bands.to(dtype, device));

    /// <summary>Moves every tensor to the next outer dispose scope.</summary>
    /// <returns>These bands.</returns>
    public LiftPyramidBands MoveToOuterDisposeScope()
    {
        Array.ForEach(levels, level => level.MoveToOuterDisposeScope());
        return this;
    }

    /// <summary>Takes every tensor out of its dispose scope; from then on <see cref="Dispose"/> is the caller's duty.</summary>
    /// <returns>These bands.</returns>
    public LiftPyramidBands DetachFromDisposeScope()
    {
        Array.ForEach(levels, level => level.DetachFromDisposeScope());
        return this;
    }

    /// <summary>Disposes every tensor.</summary>
    public void Dispose() => Array.ForEach(levels, level => level.Dispose());

    /// <summary>Takes the levels over, as they are.</summary>
    internal static LiftPyramidBands Owning(LiftBands[] levels) => new(levels);

    private static LiftBands[] Copies(IReadOnlyList<LiftBands> levels) => [.. levels.Select(bands => new LiftBands(bands))];

    private static void Check(IReadOnlyList<LiftBands> levels, string parameter)
    {
        foreach (var bands in levels)
        {
            ArgumentNullException.ThrowIfNull(bands, parameter);
            bands.ThrowIfGone();
        }

        if (levels.Count == 0)
        {
            throw Errors.Wrong(Who, "at least one level", "none", parameter);
        }

        for (var level = 1; level < levels.Count; level++)
        {
            var (finer, coarser) = (levels[level - 1], levels[level]);
            var approximation = finer.Approximation;
            if (coarser.Axes != finer.Axes)
            {
                static string Described(LiftBands bands) => $"{string.Join(", ", bands.Names)} along {bands.Axes}";
                throw Errors.Wrong(Who, $"levels of the bands {Described(finer)} as the first", Described(coarser), parameter);
            }

            if (!coarser.InputShape.SequenceEqual(approximation.shape))
            {
                var wanted = $"level {level} of an input {Errors.Shape(approximation)} as the approximation of level {level - 1} is";
                throw Errors.Wrong(Who, wanted, Errors.Shape([.. coarser.InputShape]), parameter);
            }

            var other = coarser.Approximation;
            if (other.dtype != approximation.dtype || !Devices.AreOne(other, approximation))
            {
                var wanted = $"levels of {approximation.dtype} on {approximation.device} as the first is";
                throw Errors.Wrong(Who, wanted, $"{other.dtype} on {other.device}", parameter);
            }
        }
    }

    private LiftBands Level(int level)
        => level >= 0 && level < levels.Length
            ? levels[level]
            : throw Errors.Wrong(Who, $"a level from 0 to {levels.Length - 1}", $"{level}", nameof(level));

    private LiftPyramidBands Mapped(Func<LiftBands, int, LiftBands> map)
    {
        Array.ForEach(levels, bands => bands.ThrowIfGone());
        using var scope = NewDisposeScope();
        LiftBands[] mapped = [.. levels.Select(map)];
        Check(mapped, nameof(map));
        return new LiftPyramidBands(mapped).MoveToOuterDisposeScope();
    }
}
