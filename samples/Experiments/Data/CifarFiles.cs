using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>
/// The binary versions of CIFAR-10 and CIFAR-100: records of the label's bytes and 3 x 32 x 32 bytes of red, green and blue.
/// </summary>
/// <remarks>A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; format: https://www.cs.toronto.edu/~kriz/cifar.html</remarks>
internal sealed class CifarFiles
{
    private const int Side = 32;
    private const int Pixels = 3 * Side * Side;

    private static readonly Scalar White = 255f;

    private readonly string folder;
    private readonly string[] train;
    private readonly string test;

    // CIFAR-100 has the coarse label first, then the fine one, which is the one that counts.
    private readonly int labelBytes;

    private CifarFiles(string folder, string[] train, string test, int labelBytes, int classes)
    {
        this.folder = folder;
        this.train = train;
        this.test = test;
        this.labelBytes = labelBytes;
        Classes = classes;
    }

    public int Classes { get; }

    /// <summary>The files in a folder, or null if there are none of CIFAR's names.</summary>
    public static CifarFiles? Find(string folder)
        => File.Exists(Path.Combine(folder, "data_batch_1.bin"))
            ? new(folder, [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")], "test_batch.bin", labelBytes: 1, classes: 10)
            : File.Exists(Path.Combine(folder, "train.bin"))
                ? new(folder, ["train.bin"], "test.bin", labelBytes: 2, classes: 100)
                : null;

    public Examples ReadTrain() => Read(train);

    public Examples ReadTest() => Read(test);

    private Examples Read(params string[] names)
    {
        using var scope = NewDisposeScope();
        var records = cat([.. names.Select(ReadRecords)]);
        var labels = records.select(1, labelBytes - 1).to(ScalarType.Int64);
        if (labels.max().item<long>() >= Classes)
        {
            throw new InvalidDataException($"{folder}: label {labels.max().item<long>()}, expected 0 to {Classes - 1}");
        }

        var images = records.narrow(1, labelBytes, Pixels).reshape(-1, 3, Side, Side).to(ScalarType.Float32).div(White);
        return new Examples(images.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    private Tensor ReadRecords(string name)
    {
        var file = Path.Combine(folder, name);
        var bytes = File.ReadAllBytes(file);
        var length = labelBytes + Pixels;
        return bytes.Length > 0 && bytes.Length % length == 0
            ? tensor(bytes, [bytes.Length / length, length])
            : throw new InvalidDataException($"{file}: {bytes.Length} bytes, expected a multiple of {length}");
    }
}
