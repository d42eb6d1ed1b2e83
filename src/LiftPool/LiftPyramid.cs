using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// Several levels of lifting, each on the approximation of the level before: the multiresolution pyramid of the wavelet
/// transform, and back.
/// </summary>
/// <remarks>
/// <para>The input is level 0's; level i + 1 takes apart the approximation (<c>LL</c>) of level i, of half the length on every
/// axis that is lifted. The inverse begins with the coarsest level and is exact, odd lengths at any level included.</para>
/// <para>Where bands are changed before the inverse, to denoise for instance, the pools want <c>ceil_mode: true</c>: without it the last
/// sample of an odd axis is in no band, but in <see cref="LiftBands.Cropped"/>, and comes back as it stands there.</para>
/// <para>The pools' bands and reduction play no part, nor do hooks on them: every level gives all of its bands. A
/// <see cref="LiftRegularizer"/> collects each level.</para>
/// <para>Source: S. Mallat, "A Theory for Multiresolution Signal Decomposition: The Wavelet Representation", IEEE PAMI 11, 1989.</para>
/// </remarks>
public sealed class LiftPyramid : Module<Tensor, LiftPyramidBands>
{
    // The longest axis that a tensor can have, 2^63 - 1 samples, is down to one after as many halvings.
    private const int MostLevels = 63;

    // The field's name is the state-dict key of its pools: levels.0.scheme...
    private readonly ModuleList<LiftDownPool> levels;

    private readonly LiftUpPool[] up;

    /// <summary>A pyramid in which the same operators serve every level.</summary>
    /// <param name="pool">The down-pool of a level, which the pyramid registers and owns.</param>
    /// <param name="count">The number of levels, 1 to 63.</param>
    /// <exception cref="ArgumentException">There is to be no level, or more than 63.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public LiftPyramid(LiftDownPool pool, int count)
        : this([pool ?? throw new ArgumentNullException(nameof(pool))], count, nameof(count))
    {
    }

    /// <summary>A pyramid in which each level has operators of its own.</summary>
    /// <param name="pools">
    /// The down-pools, the finest level first, of one dimension and the same axes; the pyramid registers and owns them.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is no pool or more than 63, one stands there twice, or they are of different dimensions or axes.
    /// </exception>
    /// <exception cref="ObjectDisposedException">A pool is disposed.</exception>
    public LiftPyramid(params LiftDownPool[] pools)
        : this(pools, (pools ?? throw new ArgumentNullException(nameof(pools))).Length, nameof(pools))
    {
    }

    private LiftPyramid(LiftDownPool[] pools, int count, string parameter)
        : base(nameof(LiftPyramid))
    {
        if (count is < 1 or > MostLevels)
        {
            throw Errors.Wrong(nameof(LiftPyramid), $"at least one level and at most {MostLevels}", $"{count}", parameter);
        }

        Array.ForEach(pools, pool => ArgumentNullException.ThrowIfNull(pool, nameof(pools)));
        if (pools.FirstOrDefault(pool => pool.LiftedAxes != pools[0].LiftedAxes) is { } other)
        {
            var wanted = $"every level a {pools[0].LiftedAxes.Pool} as the first is";
            throw Errors.Wrong(nameof(LiftPyramid), wanted, $"a {other.LiftedAxes.Pool}", nameof(pools));
        }

        if (pools.Distinct().Count() < pools.Length)
        {
            const string Wanted = "each pool once, or one pool and a count for all levels";
            throw Errors.Wrong(nameof(LiftPyramid), Wanted, "a pool twice", nameof(pools));
        }

        up = Array.ConvertAll(pools, UpPool);
        levels = ModuleList(pools);
        this.pools = pools.Length == count ? [.. pools] : [.. Enumerable.Repeat(pools[0], count)];
        RegisterComponents();
        Devices.Note(this);
    }

    /// <summary>The down-pool of each level, the finest first: one and the same where one serves them all.</summary>
    public IReadOnlyList<LiftDownPool> pools { get; }

    /// <summary>The number of levels.</summary>
    public int count => pools.Count;

    /// <summary>Takes the input apart, level by level.</summary>
    /// <param name="input">As the first level's pool takes it.</param>
    /// <returns>The bands of every level, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">
    /// As a level's pool throws it, before anything is computed: wrong rank, channels, dtype or device, or an axis too short for
    /// so many levels.
    /// </exception>
    public override LiftPyramidBands forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        CheckLevels(input);
        var bands = new LiftBands[pools.Count];
        for (var level = 0; level < pools.Count; level++)
        {
            bands[level] = pools[level].Split(level == 0 ? input : bands[level - 1].Approximation);
        }

        return LiftPyramidBands.Owning(bands).MoveToOuterDisposeScope();
    }

    /// <summary>Puts the levels together again: the input, exact but for rounding.</summary>
    /// <param name="bands">What <see cref="forward"/> gave, or bands like them.</param>
    /// <returns>A tensor of the input's shape, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Bands of another number of levels, another dimension or other axes.</exception>
    public Tensor unlift(LiftPyramidBands bands)
    {
        ArgumentNullException.ThrowIfNull(bands);
        return unlift(bands.Approximation, bands);
    }

    /// <summary><see cref="unlift(LiftPyramidBands)"/> with something else in the place of the coarsest approximation.</summary>
    /// <param name="approximation">Of the shape of <see cref="LiftPyramidBands.Approximation"/>.</param>
    /// <param name="bands">Where the details come from.</param>
    /// <returns>A tensor of the input's shape, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">
    /// Bands of another number of levels, another dimension or other axes, or the wrong shape.
    /// </exception>
    public Tensor unlift(Tensor approximation, LiftPyramidBands bands)
    {
        ArgumentNullException.ThrowIfNull(approximation);
        ArgumentNullException.ThrowIfNull(bands);
        if (bands.Levels.Count != pools.Count)
        {
            throw Errors.Wrong(nameof(LiftPyramid), $"bands of {pools.Count} levels", $"{bands.Levels.Count}", nameof(bands));
        }

        using var scope = NewDisposeScope();
        for (var level = pools.Count - 1; level >= 0; level--)
        {
            approximation = up[up.Length == 1 ? 0 : level].forward(approximation, bands.Levels[level]);
        }

        return approximation.MoveToOuterDisposeScope();
    }

    /// <summary>The pyramid in the manner of PyTorch, a line or more for each of its pools.</summary>
    public override string ToString()
    {
        // The places are those of the state-dict keys.
        var text = new ModuleText(nameof(LiftPyramid)).With("count", count, usual: up.Length);
        for (var level = 0; level < up.Length; level++)
        {
            text.Child($"levels.{level}", pools[level]);
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Array.ForEach(up, pool => pool.Dispose());
        }

        base.Dispose(disposing);
    }

    private static LiftUpPool UpPool(LiftDownPool pool) => pool.LiftedAxes.Dimensions switch
    {
        1 => new LiftUpPool1d(pool),
        2 => new LiftUpPool2d(pool),
        _ => new LiftUpPool3d(pool),
    };

    // A later level's pool would find what is wrong with its input after all before it had computed.
    private void CheckLevels(Tensor input)
    {
        pools[0].CheckInput(input);
        long[] shape = [.. input.shape];
        for (var level = 1; level < pools.Count; level++)
        {
            for (var fromEnd = pools[0].LiftedAxes.Dimensions; fromEnd > 0; fromEnd--)
            {
                shape[^fromEnd] = pools[level - 1].BandLength(^fromEnd, shape[^fromEnd]);
            }

            // One number, seen as a tensor of that shape.
            pools[level].CheckInput(zeros(1, dtype: input.dtype, device: input.device).expand(shape));
        }
    }
}
