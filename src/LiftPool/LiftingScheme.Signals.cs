using LiftPool.Lifting;

namespace LiftPool;

/// <content>One axis of a signal, there and back.</content>
public sealed partial class LiftingScheme
{
    /// <summary>
    /// Splits the axis <paramref name="dim"/> into approximation <c>s = xe + U(d)</c> and detail <c>d = xo - P(xe)</c>.
    /// </summary>
    /// <param name="x">A tensor <c>[B, C, ...]</c> of any rank, the axis to be split of even length.</param>
    /// <param name="dim">The axis to split: any but batch and channels. Default: the last.</param>
    /// <returns><c>s</c> and <c>d</c>: the shape of <paramref name="x"/> with half the length on that axis.</returns>
    /// <exception cref="ArgumentException">Wrong rank, channels, dtype, device or length.</exception>
    public (Tensor s, Tensor d) lift(Tensor x, long dim = -1)
    {
        var axis = CheckSignal(x, nameof(x), dim);
        if (x.size(axis) is var length && (length == 0 || length % 2 != 0))
        {
            var got = $"{length} on axis {axis} of {Errors.Shape(x)}";
            throw Errors.Wrong(nameof(LiftingScheme), "an even, positive length to split", got, nameof(x));
        }

        checks.HalfLength(nameof(LiftingScheme), length / 2, x, nameof(x));
        using var scope = NewDisposeScope();
        var (s, d) = LiftingTransform.Lift(lifting, x, axis);
        return scope.MoveToOuter(s, d);
    }

    /// <summary>Undoes <see cref="lift"/>: <c>xe = s - U(d)</c>, <c>xo = d + P(xe)</c>, interleaved.</summary>
    /// <param name="s">The approximation.</param>
    /// <param name="d">The detail, of the same shape.</param>
    /// <param name="dim">The axis that was split. Default: the last.</param>
    /// <returns>The signal, with twice the length on that axis.</returns>
    /// <exception cref="ArgumentException">Wrong rank, channels, dtype, device or length, or shapes that differ.</exception>
    public Tensor unlift(Tensor s, Tensor d, long dim = -1)
    {
        var axis = CheckSignal(s, nameof(s), dim);
        _ = CheckSignal(d, nameof(d), dim);
        if (!s.shape.AsSpan().SequenceEqual(d.shape))
        {
            var wanted = $"a detail of the approximation's shape {Errors.Shape(s)}";
            throw Errors.Wrong(nameof(LiftingScheme), wanted, Errors.Shape(d), nameof(d));
        }

        SchemeChecks.Alike(nameof(LiftingScheme), s, d, nameof(d));
        if (s.size(axis) == 0)
        {
            var none = $"none on axis {axis} of {Errors.Shape(s)}";
            throw Errors.Wrong(nameof(LiftingScheme), "at least one sample to put together", none, nameof(s));
        }

        checks.HalfLength(nameof(LiftingScheme), s.size(axis), s, nameof(s));
        using var scope = NewDisposeScope();
        return LiftingTransform.Unlift(lifting, s, d, axis).MoveToOuterDisposeScope();
    }

    private int CheckSignal(Tensor x, string parameter, long dim)
    {
        ArgumentNullException.ThrowIfNull(x, parameter);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (x.dim() < 3)
        {
            throw Errors.Wrong(nameof(LiftingScheme), "a tensor [B, C, ...] of at least three axes", Errors.Shape(x), parameter);
        }

        var axis = dim < 0 ? dim + x.dim() : dim;
        if (axis < 2 || axis >= x.dim())
        {
            const string Wanted = "an axis that is neither batch nor channels";
            throw Errors.Wrong(nameof(LiftingScheme), Wanted, $"{dim} for {Errors.Shape(x)}", nameof(dim));
        }

        checks.Tensor(nameof(LiftingScheme), x, channelAxis: 1, Channels, parameter);
        return (int)axis;
    }
}
