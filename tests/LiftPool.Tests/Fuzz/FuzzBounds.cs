namespace LiftPool.Tests;

/// <summary>How far a value may be from the float64 answer: the contract's numbers, at the largest magnitude that was met.</summary>
/// <param name="Dtype">Of the layer.</param>
/// <param name="Largest">The largest magnitude that came up on the way.</param>
/// <param name="IsRoundedOnce">Whether a half type computes in float32 inside: an operator of somebody's own works in its type.</param>
internal sealed record FuzzBounds(ScalarType Dtype, double Largest, bool IsRoundedOnce)
{
    // The gradient of an input that goes into two results is the sum of two that are rounded.
    private const double RoundingsOfASum = 3;

    // From here on float16 rounds to infinity. No other type is filled by what is drawn.
    private const double InfiniteInFloat16 = 65_520;

    // Of a value that is rounded at each operator of somebody's own: a unit each, seven 1-D steps of up to four.
    private const double UnitsOfOwnOperators = 32;

    /// <summary>Whether there is a tanh: rounding a large argument changes its slope by twice as much, relatively.</summary>
    internal bool HasTanh { get; init; }

    internal bool IsHalf => Dtype is ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>How often as many values are rounded as in the contract's two steps.</summary>
    internal double Length { get; init; } = 1;

    /// <summary>The bounds of a case.</summary>
    internal static FuzzBounds Of(FuzzCase one, double largest) => new(one.Pool.Dtype, largest, one.IsRoundedOnce)
    {
        HasTanh = one.Scheme.HasTanh,
        Length = one.Scheme.Kind == FuzzSchemeKind.Steps ? Math.Max(1, one.Scheme.Steps.Length / 2.0) : 1,
    };

    /// <summary>The largest number of a type, if what is drawn may pass it.</summary>
    internal static double LargestNumber(ScalarType dtype) => dtype == ScalarType.Float16 ? 65_504 : double.PositiveInfinity;

    internal static ScalarType TypeOfPenalties(ScalarType dtype) => dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>
    /// Of values: float64 1e-12, float32 2e-6; half types are rounded once, and float32 adds 4e-6 before. Infinity is right where the type
    /// has no number for a value; where the right one is NaN it is not known, as it depends on one for which the type has none.
    /// </summary>
    internal void Value(string name, Tensor found, Tensor wanted)
        => Check(name, found, wanted, Length * (Dtype == ScalarType.Float64 ? 1e-12 : IsHalf ? 4e-6 : 2e-6), Largest);

    /// <summary>Of sums over all samples, which are taken in float32 at least.</summary>
    internal void Penalty(string name, Tensor found, Tensor wanted)
    {
        if (found.dtype != TypeOfPenalties(Dtype))
        {
            throw new FuzzFailure($"{name} is {found.dtype}");
        }

        // A difference of values, squared: its error is that of the values, times the values.
        var scale = Math.Max(wanted.LargestMagnitude(), Math.Max(Largest, Largest * Largest));
        var error = found.LargestErrorTo(wanted);
        var bound = (Dtype == ScalarType.Float64 ? 1e-12 : 4e-6) * scale;
        if (!(error <= bound) && (!IsHalf || IsRoundedOnce))
        {
            throw new FuzzFailure($"{name} is off by {error:g3}, and {bound:g3} is allowed");
        }
    }

    /// <summary>Asserts that a gradient is infinite only where the right one, on whichever side of a kink, may not fit the type.</summary>
    internal void Finite(string name, Tensor found, Tensor? wanted)
    {
        using var scope = NewDisposeScope();
        var isWrong = found.detach().isfinite().logical_not();
        if (wanted is not null && Dtype == ScalarType.Float16)
        {
            isWrong = isWrong.logical_and(wanted.detach().abs().lt(InfiniteInFloat16 / 2));
        }

        if (isWrong.any().item<bool>())
        {
            throw new FuzzFailure($"{name} is not finite");
        }
    }

    /// <summary>Of gradients: by their norm, in float64 1e-10, in float32 1e-5; half types are rounded once.</summary>
    /// <param name="name">What it is the gradient of.</param>
    /// <param name="found">The layer's; null for none.</param>
    /// <param name="wanted">The right one; null for none.</param>
    /// <param name="usual">What the gradient's norm would be if nothing cancelled: under it the bound does not shrink.</param>
    /// <param name="isSum">Whether autograd adds up gradients of several calls.</param>
    internal void Gradient(string name, Tensor? found, Tensor? wanted, double usual, bool isSum)
    {
        if (found is null || wanted is null)
        {
            if (found is not null || wanted is not null)
            {
                throw new FuzzFailure($"the gradient of {name} is {(found is null ? "null, and should not be" : "not null")}");
            }

            return;
        }

        if (IsHalf)
        {
            var largest = Math.Max(usual, wanted.LargestMagnitude());
            Check($"the gradient of {name}", found, wanted, 2e-5 + (isSum ? RoundingsOfASum * Ulp(largest) / largest : 0), largest);
            return;
        }

        OfShape($"the gradient of {name}", found, wanted);
        var error = found.RelativeNormTo(wanted, usual);
        var bound = Dtype == ScalarType.Float64 ? 1e-10 : 1e-5 + (HasTanh ? 2 * Math.ScaleB(1, -23) * Largest : 0);
        if (!(error <= bound))
        {
            throw new FuzzFailure($"the gradient of {name} is off by {error:g3} of its norm, and {bound:g3} is allowed");
        }
    }

    /// <summary>
    /// Of <c>up(down(x))</c>: float64 4e-15, float32 2e-6 of the largest sample, half types 4 ulp of the largest magnitude met.
    /// </summary>
    /// <param name="found">The restored input.</param>
    /// <param name="x">The input.</param>
    /// <param name="amplification">By how much the steps may amplify rounding.</param>
    /// <param name="known">NaN where the inverse depends on a band that does not fit its type.</param>
    internal void Inverse(Tensor found, Tensor x, double amplification, Tensor known)
    {
        OfShape("the inverse", found, x);
        using var scope = NewDisposeScope();
        var difference = found.detach().to(ScalarType.Float64).sub(x.to(ScalarType.Float64));
        var error = difference.masked_fill(known.isnan(), 0).LargestMagnitude();
        var ofLargest = (Dtype == ScalarType.Float64 ? 4e-15 : 2e-6) * Math.Max(1, x.LargestMagnitude());
        var bound = amplification * (IsHalf ? 4 * Ulp(Largest) : ofLargest);
        if (!(error <= bound))
        {
            throw new FuzzFailure($"the inverse is off by {error:g3}, and {bound:g3} is allowed");
        }
    }

    private void Check(string name, Tensor found, Tensor wanted, double relative, double scale)
    {
        OfShape(name, found, wanted);
        if (found.dtype != Dtype)
        {
            throw new FuzzFailure($"{name} is {found.dtype}");
        }

        if (found.numel() == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var right = wanted.detach();
        var fitting = Fitting(right);
        var error = Fitting(found.detach().to(ScalarType.Float64)).sub(fitting).abs().masked_fill(right.isnan(), 0);
        var slack = IsHalf && !IsRoundedOnce ? UnitsOfOwnOperators * Ulp(scale) : relative * scale;
        var allowed = full_like(right, slack);
        if (IsHalf && IsRoundedOnce)
        {
            allowed = allowed.add(HalfUnits(fitting).mul(1.0001));
        }

        IsInfiniteWhereItMustBe(name, found, right, slack);
        var worst = error.sub(allowed.nan_to_num(0)).max().item<double>();
        if (!(worst <= 0))
        {
            var (most, bound) = (error.max().item<double>(), allowed.max().item<double>());
            throw new FuzzFailure($"{name} is off by {most:g3} (largest {scale:g3}), and {bound:g3} is allowed");
        }
    }

    // The largest number is but 16 away from the first that is infinite: an error alone does not tell them apart.
    private void IsInfiniteWhereItMustBe(string name, Tensor found, Tensor right, double slack)
    {
        if (Dtype == ScalarType.Float16
            && right.abs().ge(InfiniteInFloat16 + slack).logical_and(found.detach().isfinite()).any().item<bool>())
        {
            throw new FuzzFailure($"{name} is finite where it does not fit");
        }
    }

    private Tensor Fitting(Tensor x) => Dtype == ScalarType.Float16 ? x.clamp(-InfiniteInFloat16, InfiniteInFloat16) : x;

    private static void OfShape(string name, Tensor found, Tensor wanted)
    {
        if (!found.shape.AsSpan().SequenceEqual(wanted.shape))
        {
            throw new FuzzFailure($"{name} is [{string.Join(", ", found.shape)}], and should be [{string.Join(", ", wanted.shape)}]");
        }
    }

    // Half the distance of two numbers of the type around each value.
    private Tensor HalfUnits(Tensor values)
    {
        var (fraction, smallest) = Dtype == ScalarType.BFloat16 ? (8, Math.ScaleB(1, -134)) : (11, Math.ScaleB(1, -25));
        return values.abs().clamp_min(1e-300).log2().floor().sub(fraction).exp2().clamp_min(smallest);
    }

    private double Ulp(double magnitude)
    {
        var (fraction, smallest) = Dtype == ScalarType.BFloat16 ? (7, -133) : (10, -24);
        return Math.ScaleB(1, magnitude > 0 ? Math.Max(Math.ILogB(magnitude) - fraction, smallest) : smallest);
    }
}
