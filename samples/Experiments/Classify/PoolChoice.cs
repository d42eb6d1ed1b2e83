using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>A pool and all that belongs to its use.</summary>
/// <param name="Name">As it stands in the tables.</param>
/// <param name="New">Makes one that halves height and width, given its number of channels.</param>
internal sealed record PoolChoice(string Name, Func<int, Module<Tensor, Tensor>> New)
{
    /// <summary>What it is trained with besides the task's loss.</summary>
    public Penalties Penalties { get; init; } = Penalties.None;

    /// <summary>Whether it stands before the activation and not, as is usual, behind it.</summary>
    public bool BeforeActivation { get; init; }

    /// <summary>How many times as many channels come out as go in.</summary>
    public int Widening { get; init; } = 1;
}
