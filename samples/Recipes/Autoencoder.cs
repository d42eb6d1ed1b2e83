// Squeezes images of 28 x 28 numbers into 4 x 7 x 7 and draws them again.
using System.IO.Compression;
using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

internal sealed class Autoencoder : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> encoder = Sequential(
        Conv2d(1, 16, 3, padding: 1), ReLU(), Down(16),
        Conv2d(64, 32, 1), ReLU(), Down(32), Conv2d(128, 4, 1));
    private readonly Module<Tensor, Tensor> draw2 = Conv2d(4, 128, 1), draw1 = Conv2d(32, 64, 1),
        last = Conv2d(16, 1, 1);
    private readonly LiftUpPool2d up2 = new(channels: 32), up1 = new(channels: 16);

    public Autoencoder() : base("Autoencoder") => RegisterComponents();

    // The decoder has the code alone, so it draws all four bands of each level itself.
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var code = encoder.call(x);
        var half = up2.call(new LiftBands(draw2.call(code).chunk(4, 1))).relu();
        var whole = up1.call(new LiftBands(draw1.call(half).chunk(4, 1))).relu();
        return last.call(whole).MoveToOuterDisposeScope();
    }

    public static void Main(string[] args)
    {
        var folder = args.Length > 0 ? args[0] : "samples/data/fashion-mnist";
        using var all = NewDisposeScope();
        manual_seed(1);
        using var network = new Autoencoder();
        using var optimizer = optim.Adam(network.parameters(), lr: 1e-2);
        using var file = File.OpenRead($"{folder}/train-images-idx3-ubyte.gz");
        using var packed = new GZipStream(file, CompressionMode.Decompress);
        var bytes = new byte[16 + (3500 * 28 * 28)];
        packed.ReadExactly(bytes);
        var images = tensor(bytes[16..]).view(3500, 1, 28, 28) / 255f;
        foreach (var batch in randperm(3000).split(15))
        {
            using var step = NewDisposeScope();     // frees what a step makes
            optimizer.zero_grad();
            functional.mse_loss(network.call(images[batch]), images[batch]).backward();
            optimizer.step();
        }

        using var noGrad = no_grad();
        var unseen = images[3000..];
        var means = functional.interpolate(functional.avg_pool2d(unseen, 2), size: [28, 28]);
        Console.WriteLine($"means of 2 x 2: {Psnr(means, unseen):F1} dB");
        Console.WriteLine($"autoencoder:    {Psnr(network.call(unseen), unseen):F1} dB");
    }

    // All four bands side by side: nothing is lost before the 1 x 1 convolution chooses.
    private static LiftDownPool2d Down(int size) => new(size, reduction: BandReduction.Concat);

    private static double Psnr(Tensor x, Tensor truth) =>
        -10 * Math.Log10((x - truth).square().mean().item<float>());
}
