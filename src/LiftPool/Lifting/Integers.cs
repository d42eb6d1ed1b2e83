namespace LiftPool.Lifting;

/// <summary>
/// The integers of a lossless scheme, one that rounds its operators' outputs: which a type holds.
/// </summary>
internal static class Integers
{
    /// <summary>The largest integer up to which the type holds every one.</summary>
    internal static double Largest(ScalarType dtype) => dtype switch
    {
        ScalarType.Float64 => 1L << 53,
        ScalarType.Float32 => 1 << 24,
        ScalarType.Float16 => 1 << 11,
        _ => 1 << 8,
    };

    /// <summary>The largest magnitude; NaN or infinite if a value is.</summary>
    internal static double LargestMagnitude(Tensor x)
    {
        if (x.numel() == 0)
        {
            return 0;
        }

        using var scope = NewDisposeScope();
        var (least, most) = x.detach().aminmax();
        return Math.Max(Math.Abs(least.to(ScalarType.Float64).item<double>()), Math.Abs(most.to(ScalarType.Float64).item<double>()));
    }

    /// <summary>A half or a band itself, if the type of the layer holds it.</summary>
    /// <exception cref="ArgumentException">The type does not hold such large integers.</exception>
    internal static Tensor Checked(Tensor band, ScalarType dtype)
    {
        // Infinity and NaN go through.
        using (NewDisposeScope())
        {
            var largest = LargestMagnitude(band.detach().nan_to_num(0, 0, 0));
            if (largest > Largest(dtype))
            {
                throw Errors.Wrong(
                    nameof(LiftingScheme),
                    $"integers whose bands {dtype} holds, up to {Largest(dtype)}, for a lossless scheme",
                    $"{largest} in a half or a band; a wider dtype holds more",
                    "input");
            }
        }

        return band;
    }
}
