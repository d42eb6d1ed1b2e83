using LiftPool;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>
/// Other first weights than the library's, of pools or schemes, most for the paper's operators <c>P(x) = tanh(proj(relu(conv(x))))</c>.
/// </summary>
internal static class Starts
{
    /// <summary><c>P = U = 0</c>: the bands are the four pixels of a square, and their sum is four times their mean.</summary>
    public static T Nothing<T>(T lift)
        where T : nn.Module
        => Change(lift, proj: proj => proj.zero_());

    /// <summary>A tenth of the usual projections: near <see cref="Nothing"/>, but with a gradient for every weight.</summary>
    public static LiftDownPool2d Little(LiftDownPool2d pool) => Change(pool, proj: proj => proj.mul_(0.1));

    /// <summary>
    /// Both operators <c>tanh(relu(x))</c>, near x for small positive x, so that of values that are not negative
    /// <c>s = xe + relu(xo - xe) = max(xo, xe)</c>, nearly: LL begins as max pooling.
    /// </summary>
    /// <remarks>H. Heijmans and J. Goutsias, "Nonlinear Multiresolution Signal Decomposition Schemes II: Morphological Wavelets", IEEE Trans. Image Processing 9, 2000: max-lifting.</remarks>
    public static LiftDownPool2d Maximum(LiftDownPool2d pool) => Change(
        pool,
        conv: conv => conv.zero_().narrow(2, conv.size(2) / 2, 1).fill_(1),
        proj: proj => proj.fill_(1));

    /// <summary>Every weight drawn from -bound to bound.</summary>
    public static T Uniform<T>(T lift, double bound)
        where T : nn.Module
        => Change(lift, weight => weight.uniform_(-bound, bound), weight => weight.uniform_(-bound, bound));

    private static T Change<T>(T pool, Func<Tensor, Tensor> proj, Func<Tensor, Tensor>? conv = null)
        where T : nn.Module
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, weight) in pool.named_parameters())
        {
            var change = name.EndsWith("proj.weight", StringComparison.Ordinal) ? proj : conv;
            change?.Invoke(weight);
        }

        return pool;
    }
}
