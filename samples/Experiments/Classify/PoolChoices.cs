using LiftPool;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

internal static class PoolChoices
{
    public static IReadOnlyList<PoolChoice> All { get; } =
    [
        new("MaxPool2d", _ => MaxPool2d(2)),
        new("AvgPool2d", _ => AvgPool2d(2)),
        new("strided convolution", channels => Conv2d(channels, channels, kernel_size: 2, stride: 2)),
        new("BlurPool", channels => new BlurPool(channels)),
        new("Haar LL", _ => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar), Bands2d.LL)),
        new("lift", c => new LiftDownPool2d(c)),
        new("lift LL", c => new LiftDownPool2d(c, bands: Bands2d.LL)),
        new("lift no pen", c => new LiftDownPool2d(c)) { LambdaU = 0, LambdaP = 0 },
        new("lift LL no pen", c => new LiftDownPool2d(c, bands: Bands2d.LL)) { LambdaU = 0, LambdaP = 0 },
        new("lift learned", c => new LiftDownPool2d(c, reduction: BandReduction.Learned)),
        new("lift learned no pen", c => new LiftDownPool2d(c, reduction: BandReduction.Learned)) { LambdaU = 0, LambdaP = 0 },
        new("lift concat", c => new LiftDownPool2d(c, reduction: BandReduction.Concat)) { Widening = 4 },
        new("lift K3", c => new LiftDownPool2d(c, kernel_size: 3)),
        new("lift before", c => new LiftDownPool2d(c)) { BeforeActivation = true },
        new("max before", _ => MaxPool2d(2)) { BeforeActivation = true },
        new("delta", c => Delta(new LiftDownPool2d(c), 1, 1)),
        new("delta LL", c => Delta(new LiftDownPool2d(c, bands: Bands2d.LL), 1, 1)),
        new("delta LL no pen", c => Delta(new LiftDownPool2d(c, bands: Bands2d.LL), 1, 1)) { LambdaU = 0, LambdaP = 0 },
        new("delta no pen", c => Delta(new LiftDownPool2d(c), 1, 1)) { LambdaU = 0, LambdaP = 0 },
        new("delta learned no pen", c => Delta(new LiftDownPool2d(c, reduction: BandReduction.Learned), 1, 1)) { LambdaU = 0, LambdaP = 0 },
        new("zero", c => Delta(new LiftDownPool2d(c), 0, 0)),
        new("zero no pen", c => Delta(new LiftDownPool2d(c), 0, 0)) { LambdaU = 0, LambdaP = 0 },
    ];

    // conv is the centre tap alone, proj a factor: P(x) = tanh(p relu(x)).
    private static LiftDownPool2d Delta(LiftDownPool2d pool, double p, double u)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, weight) in pool.named_parameters())
        {
            if (name.EndsWith("conv.weight", StringComparison.Ordinal))
            {
                weight.zero_();
                weight.narrow(2, weight.size(2) / 2, 1).fill_(1);
            }
            else if (name.EndsWith("proj.weight", StringComparison.Ordinal))
            {
                weight.fill_(name.Contains("predict", StringComparison.Ordinal) ? p : u);
            }
        }

        return pool;
    }
}
