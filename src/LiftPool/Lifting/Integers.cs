namespace LiftPool.Lifting;

/// <summary>
/// The number types of a lossless scheme, one that rounds its operators' outputs: which integers a type holds, and in which type
/// the halves are changed and the operators compute.
/// </summary>
/// <remarks>
/// Between the first step and the last a half may be larger than any band: of CDF 9/7 by three times. So the halves are changed in
/// float64 and the bands are converted when they are done. What an operator reads may then be rounded to its own type; the inverse
/// reads the same and rounds it alike.
/// </remarks>
internal static class Integers
{
    /// <summary>The type in which the halves are changed.</summary>
    internal const ScalarType Carrier = ScalarType.Float64;

    /// <summary>The type in which a filter of these weights sums.</summary>
    internal static ScalarType OperatorType(ScalarType weights) => weights == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

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

    /// <summary>A half or a band in the type of the layer.</summary>
    /// <exception cref="ArgumentException">The type does not hold such large integers.</exception>
    internal static Tensor Settle(Tensor band, ScalarType dtype)
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

        return band.to(dtype);
    }
}
