namespace LiftPool.Tests;

/// <summary>A layer that faults are tried on: TorchSharp's own convolution, or one of LiftPool's on one path.</summary>
/// <param name="Name">The column's heading.</param>
/// <param name="Path">How it computes.</param>
/// <param name="Make">A new one, with an operator of one's own if one is given. A convolution has none: it stands behind it.</param>
/// <param name="Read">What it reads, as a function of a leaf.</param>
/// <param name="Forward">Its output.</param>
internal sealed record FaultSubject(
    string Name,
    string Path,
    Func<Module<Tensor, Tensor>?, Module> Make,
    Func<Tensor, Tensor[]> Read,
    Func<Module, Tensor[], Tensor> Forward)
{
    private const long Channels = 4;

    internal static FaultSubject Convolution { get; } = new(
        "Conv2d", "auto",
        own => own is null ? NewConvolution() : nn.Sequential(("conv", NewConvolution()), ("own", own)),
        leaf => [leaf.neg()],
        (module, read) => ((Module<Tensor, Tensor>)module).forward(read[0]));

    internal static FaultSubject[] All { get; } =
    [
        Convolution,
        Down("LiftDownPool2d", "auto", recompute: false),
        Down("on tensor operations", "tensor", recompute: false),
        Down("with recompute", "tensor", recompute: true),
        new("LiftUpPool2d", "auto", NewUp, leaf => [leaf.neg(), leaf.neg(), leaf.neg(), leaf.neg()], Up),
    ];

    internal static Tensor NewLeaf() => randn([2, Channels, 8, 8], ScalarType.Float64).requires_grad_();

    private static FaultSubject Down(string name, string path, bool recompute) => new(
        name, path,
        own => own is null
            ? new LiftDownPool2d(Channels, dtype: ScalarType.Float64) { recompute = recompute }
            : new LiftDownPool2d(new LiftingScheme(own, new Times(0.5))) { recompute = recompute },
        leaf => [leaf.neg()],
        (module, read) => ((LiftDownPool2d)module).forward(read[0]));

    private static Module<Tensor, Tensor> NewConvolution()
        => nn.Conv2d(Channels, Channels, 3, padding: 1, bias: false, dtype: ScalarType.Float64);

    private static LiftUpPool2d NewUp(Module<Tensor, Tensor>? own)
        => own is null ? new LiftUpPool2d(Channels, dtype: ScalarType.Float64) : new LiftUpPool2d(new LiftingScheme(own, new Times(0.5)));

    private static Tensor Up(Module module, Tensor[] read)
    {
        using var bands = new LiftBands(read);
        return ((LiftUpPool2d)module).forward(bands);
    }
}
