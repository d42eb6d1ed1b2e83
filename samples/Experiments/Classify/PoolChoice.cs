using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>A pool and all that belongs to its use.</summary>
/// <param name="Name">As it stands in the tables.</param>
/// <param name="New">Makes one that halves height and width, given its number of channels.</param>
internal sealed record PoolChoice(string Name, Func<int, Module<Tensor, Tensor>> New)
{
    /// <summary>Weight of the penalty c_u.</summary>
    public double LambdaU { get; init; } = 0.01;

    /// <summary>Weight of the penalty c_p.</summary>
    public double LambdaP { get; init; } = 0.1;

    /// <summary>How the penalties' norms are read.</summary>
    public PenaltyNorm Norm { get; init; }

    /// <summary>Whether it stands before the activation and not, as is usual, behind it.</summary>
    public bool BeforeActivation { get; init; }

    /// <summary>How many times as many channels come out as go in.</summary>
    public int Widening { get; init; } = 1;
}
