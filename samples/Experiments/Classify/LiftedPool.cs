using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// <see cref="LiftDownPool2d"/>, all bands summed, put together from single 1-D lifts, for two questions that the layer does not
/// ask: operators of their own for each of the three steps, and c_u towards the even samples.
/// </summary>
internal sealed class LiftedPool : Module<Tensor, Tensor>
{
    private const int Rows = 2;
    private const int Columns = 3;

    private readonly LiftingScheme horizontal;
    private readonly LiftingScheme? vertical;
    private readonly LiftingScheme? verticalOfDetail;
    private readonly bool towardsEven;

    /// <param name="separate">Whether each step has operators of its own; else all share one pair, as in the paper.</param>
    /// <param name="towardsEven">Whether c_u is <c>||s - xe||</c>, as the paper's words have it, and not <c>||s - xo||</c>, its formula.</param>
    public LiftedPool(int channels, bool separate = false, bool towardsEven = false)
        : base(nameof(LiftedPool))
    {
        this.towardsEven = towardsEven;
        horizontal = new LiftingScheme(channels);
        if (separate)
        {
            vertical = new LiftingScheme(channels);
            verticalOfDetail = new LiftingScheme(channels);
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();

        // Of an odd number the last takes no part, as in MaxPool2d.
        var even = x.narrow(Rows, 0, x.size(Rows) / 2 * 2).narrow(Columns, 0, x.size(Columns) / 2 * 2);
        var (s, d) = Lift(horizontal, even, Columns);
        var (ll, lh) = Lift(vertical ?? horizontal, s, Rows);
        var (hl, hh) = Lift(verticalOfDetail ?? horizontal, d, Rows);
        return stack([ll, lh, hl, hh]).sum(dim: 0).MoveToOuterDisposeScope();
    }

    private (Tensor S, Tensor D) Lift(LiftingScheme scheme, Tensor x, int axis)
    {
        var (s, d) = scheme.lift(x, axis);
        var target = x.slice(axis, towardsEven ? 1 : 0, x.size(axis), step: 2);
        StepPenalties.Add(s, target, d);
        return (s, d);
    }
}
