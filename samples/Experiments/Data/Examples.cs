using static TorchSharp.torch;

namespace Experiments;

/// <summary>Images [N, C, H, W] in 0..1 and a label for each, [N], or for each pixel, [N, H, W].</summary>
internal sealed record Examples(Tensor Images, Tensor Labels)
{
    public int Count => (int)Images.size(0);

    public Examples Narrow(long start, long length) => new(Images.narrow(0, start, length), Labels.narrow(0, start, length));

    public Examples MoveToOuterDisposeScope() => new(Images.MoveToOuterDisposeScope(), Labels.MoveToOuterDisposeScope());

    public Examples Take(Tensor indices) => new(Images.index_select(0, indices), Labels.index_select(0, indices));
}

/// <summary>What is trained on, what decides between settings, and what nothing is decided by.</summary>
internal sealed record Splits(Examples Train, Examples Validation, Examples Test, int Classes);
