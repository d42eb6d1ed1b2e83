using LiftPool.Lifting;

namespace LiftPool;

// What gives new bands: each way with handles of their own.
public sealed partial class LiftBands
{
    /// <summary>These bands with another tensor in one's place.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="band">Of the shape, dtype and device of the band that it replaces; it stays the caller's.</param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">There is no such band, or the tensor does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftBands With(string name, Tensor band)
    {
        var index = IndexOf(name);
        BandChecks.RefuseIfGone(band, name, nameof(band));
        BandChecks.RefuseUnlike(bands[index], band, bands[index].shape, $"band {name}", nameof(band));
        return new(Aliases([.. bands.Select((own, i) => i == index ? band : own)]), Aliases(kept), inputShape, Axes, dimensions);
    }

    /// <summary>These bands with other tensors in the cropped samples' place.</summary>
    /// <param name="cropped">As many as <see cref="Cropped"/> has, of their shapes, dtype and device, in their order.</param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Another number of tensors, or one that does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftBands WithCropped(IReadOnlyList<Tensor> cropped)
    {
        ArgumentNullException.ThrowIfNull(cropped);
        ThrowIfGone();
        BandChecks.CheckCropped(bands[0], inputShape, cropped, nameof(cropped));
        return new(Aliases(bands), Aliases(cropped), inputShape, Axes, dimensions);
    }

    /// <summary>Bands made of these one by one; the cropped samples stay as they are.</summary>
    /// <param name="map">
    /// From a band's name and tensor to a tensor for its place. Temporaries that it makes are disposed before this returns.
    /// </param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">
    /// What came of the map does not belong together, or not beside the cropped samples. Batch and channels may change, and the
    /// dtype, for all alike, and lengths that were not halved; those that were may not.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftBands Map(Func<string, Tensor, Tensor> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Mapped(map, samples => samples);
    }

    /// <summary>
    /// All that these bands hold, mapped: every band, and the cropped samples too.
    /// <c>bands.Map(band => zeros_like(band))</c> restores zeros.
    /// </summary>
    /// <param name="map">From a tensor to one for its place, as the other form's.</param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">As the other form throws it.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftBands Map(Func<Tensor, Tensor> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Mapped((_, band) => map(band), map);
    }

    /// <summary>All that these bands hold in another type, as <c>Tensor.to</c> gives it. An up-pool takes that of its weights.</summary>
    /// <param name="dtype">Any type.</param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftBands to(ScalarType dtype) => Map(tensor => tensor.to(dtype));

    /// <summary>All that these bands hold on another device, as <c>Tensor.to</c> gives it.</summary>
    /// <param name="device">Any device.</param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftBands to(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Map(tensor => tensor.to(device));
    }

    /// <summary>All that these bands hold in another type on another device, as <c>Tensor.to</c> gives it.</summary>
    /// <param name="dtype">Any type.</param>
    /// <param name="device">Any device.</param>
    /// <returns>New bands, in the caller's dispose scope.</returns>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public LiftBands to(ScalarType dtype, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Map(tensor => tensor.to(dtype, device));
    }

    private LiftBands Mapped(Func<string, Tensor, Tensor> mapBand, Func<Tensor, Tensor> mapCropped)
    {
        ThrowIfGone();
        using var scope = NewDisposeScope();
        Tensor[] mapped = [.. Names.Zip(bands, mapBand)];
        Tensor[] mappedCropped = [.. kept.Select(mapCropped)];
        BandChecks.RefuseIfGone(mapped[0], $"band {Names[0]}", "map");
        var shape = mapped[0].shape;
        for (var fromEnd = 1; fromEnd <= Math.Min(shape.Length, inputShape.Length); fromEnd++)
        {
            shape[^fromEnd] = LiftedAxes.Has(Axes, fromEnd) ? inputShape[^fromEnd] : shape[^fromEnd];
        }

        shape = BandChecks.InputShape(mapped, Axes, dimensions, shape, mappedCropped, blamed: "map");
        return new LiftBands(Aliases(mapped), Aliases(mappedCropped), shape, Axes, dimensions).MoveToOuterDisposeScope();
    }
}
