using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

internal static class PoolChoices
{
    public static IReadOnlyList<PoolChoice> All { get; } =
    [
        new("sum pen/10", c => new LiftDownPool2d(c)) { LambdaU = 0.001, LambdaP = 0.01 },
        new("sum cu only", c => new LiftDownPool2d(c)) { LambdaP = 0 },
        new("sum cp only", c => new LiftDownPool2d(c)) { LambdaU = 0 },
        new("mean no pen", c => new LiftDownPool2d(c, reduction: BandReduction.Mean)) { LambdaU = 0, LambdaP = 0 },
        new("small no pen", c => Scale(new LiftDownPool2d(c), 0.1)) { LambdaU = 0, LambdaP = 0 },
        new("zero learned no pen", c => Delta(new LiftDownPool2d(c, reduction: BandReduction.Learned), 0, 0)) { LambdaU = 0, LambdaP = 0 },
        new("P0 U1 no pen", c => Delta(new LiftDownPool2d(c), 0, 1)) { LambdaU = 0, LambdaP = 0 },
        new("P0 U1 LL no pen", c => Delta(new LiftDownPool2d(c, bands: Bands2d.LL), 0, 1)) { LambdaU = 0, LambdaP = 0 },
        new("P1 U.5 LL no pen", c => Delta(new LiftDownPool2d(c, bands: Bands2d.LL), 1, 0.5)) { LambdaU = 0, LambdaP = 0 },
        new("delta LL K3 no pen", c => Delta(new LiftDownPool2d(c, 3, bands: Bands2d.LL), 1, 1)) { LambdaU = 0, LambdaP = 0 },
        new("delta e1 no pen", c => First(Delta(new LiftDownPool2d(c, reduction: BandReduction.Learned), 1, 1))) { LambdaU = 0, LambdaP = 0 },
        new("delta e1", c => First(Delta(new LiftDownPool2d(c, reduction: BandReduction.Learned), 1, 1))),
        new("haar learnt LL", c => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar, learnable: true, channels: c), Bands2d.LL)) { LambdaU = 0, LambdaP = 0 },
        new("haar learnt e1", c => First(new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar, learnable: true, channels: c), reduction: BandReduction.Learned))) { LambdaU = 0, LambdaP = 0 },
        new("cdf53 learnt LL", c => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf53, learnable: true, channels: c), Bands2d.LL)) { LambdaU = 0, LambdaP = 0 },
        new("sum no pen K3", c => new LiftDownPool2d(c, 3)) { LambdaU = 0, LambdaP = 0 },
        new("sum no pen K7", c => new LiftDownPool2d(c, 7)) { LambdaU = 0, LambdaP = 0 },
        new("sum no pen bias", c => new LiftDownPool2d(c, bias: true)) { LambdaU = 0, LambdaP = 0 },
        new("sum no pen proj1", c => new LiftDownPool2d(c, proj_groups: 1)) { LambdaU = 0, LambdaP = 0 },
        new("sum no pen before", c => new LiftDownPool2d(c)) { LambdaU = 0, LambdaP = 0, BeforeActivation = true },
    ];

    private static LiftDownPool2d First(LiftDownPool2d pool)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, weight) in pool.named_parameters())
        {
            if (name == "gain")
            {
                weight.narrow(0, 1, 3).zero_();
            }
        }

        return pool;
    }

    private static LiftDownPool2d Scale(LiftDownPool2d pool, double p)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, weight) in pool.named_parameters())
        {
            if (name.EndsWith("proj.weight", StringComparison.Ordinal))
            {
                weight.mul_(p);
            }
        }

        return pool;
    }

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
