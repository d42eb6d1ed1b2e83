// Tells the ten classes of Fashion-MNIST apart, with lift pools where MaxPool2d(2) would stand.
using System.IO.Compression;
using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

internal static class Classifier
{
    public static void Main(string[] args)
    {
        var folder = args.Length > 0 ? args[0] : "samples/data/fashion-mnist";
        using var all = NewDisposeScope();
        manual_seed(1);
        using var network = Sequential(
            ("conv1", Conv2d(1, 16, 3, padding: 1)), ("relu1", ReLU()), ("pool1", Pool(16)),
            ("conv2", Conv2d(16, 32, 3, padding: 1)), ("relu2", ReLU()), ("pool2", Pool(32)),
            ("flatten", Flatten()), ("head", Linear(32 * 7 * 7, 10)));
        using var optimizer = optim.Adam(network.parameters(), lr: 3e-3);

        // 5000 images, once: enough to see it learn.
        var (images, labels) = Read(folder, "train");
        foreach (var batch in randperm(5000).split(25))
        {
            using var step = NewDisposeScope();     // frees what a step makes
            var loss = functional.cross_entropy(network.call(images[batch]), labels[batch]);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }

        using var noGrad = no_grad();
        network.eval();
        (images, labels) = Read(folder, "t10k");
        var right = network.call(images).argmax(1).eq(labels).to(float32).mean();
        Console.WriteLine($"right: {right.item<float>():P1} of {images.size(0)} images");
    }

    // Nothing has to be restored here, so a dense maximum may come before the lift.
    private static LiftDownPool2d Pool(int channels) =>
        new(channels, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead);

    private static (Tensor Images, Tensor Labels) Read(string folder, string split) => (
        Unpack($"{folder}/{split}-images-idx3-ubyte.gz", header: 16).view(-1, 1, 28, 28) / 255f,
        Unpack($"{folder}/{split}-labels-idx1-ubyte.gz", header: 8).to(int64));

    private static Tensor Unpack(string file, int header)
    {
        using var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return tensor(bytes.ToArray()[header..]);
    }
}
