using System.Buffers.Binary;
using System.IO.Compression;
using TorchSharp;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>Images [N, 1, 28, 28] in 0..1 and labels [N] in 0..9 of one split.</summary>
internal sealed record Split(Tensor Images, Tensor Labels) : IDisposable
{
    public long Count => Labels.size(0);

    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}

/// <summary>Reads the four Fashion-MNIST files, gzipped or plain, from one folder.</summary>
internal sealed class FashionMnist : IDisposable
{
    public const int Side = 28;
    public const int Classes = 10;

    // IDX, the format of MNIST: four bytes of magic number (0, 0, 8 for values of a byte, the number of axes),
    // four for the length of each axis, then the values; numbers are big-endian.
    private const int LabelsMagic = 0x0801;
    private const int ImagesMagic = 0x0803;

    private static readonly Scalar White = 255f;

    public FashionMnist(string folder)
    {
        Train = ReadSplit(folder, "train");
        Test = ReadSplit(folder, "t10k");
    }

    public Split Train { get; }

    public Split Test { get; }

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }

    private static Split ReadSplit(string folder, string name)
    {
        var (pixels, size) = ReadIdx(folder, $"{name}-images-idx3-ubyte", ImagesMagic);
        var (classes, count) = ReadIdx(folder, $"{name}-labels-idx1-ubyte", LabelsMagic);
        if (size[1] != Side || size[2] != Side)
        {
            throw new InvalidDataException($"{folder}: {name} images are {size[2]} x {size[1]}, expected {Side} x {Side}");
        }

        if (size[0] == 0 || size[0] != count[0])
        {
            throw new InvalidDataException($"{folder}: {name} has {size[0]} images and {count[0]} labels");
        }

        if (classes.Max() >= Classes)
        {
            throw new InvalidDataException($"{folder}: {name} has label {classes.Max()}, expected 0 to {Classes - 1}");
        }

        using var scope = NewDisposeScope();
        var images = tensor(pixels, [size[0], 1, Side, Side]).to(ScalarType.Float32).div_(White);
        var labels = tensor(classes, [count[0]]).to(ScalarType.Int64);
        return new Split(images.DetachFromDisposeScope(), labels.DetachFromDisposeScope());
    }

    private static (byte[] Values, int[] Size) ReadIdx(string folder, string name, int magic)
    {
        var file = Find(folder, name);
        var data = ReadAll(file).AsSpan();

        var size = new int[magic & 0xFF];
        var header = 4 * (1 + size.Length);
        if (data.Length < header || BinaryPrimitives.ReadInt32BigEndian(data) != magic)
        {
            throw new InvalidDataException($"{file}: not an IDX file of bytes with {size.Length} axes (magic number {magic})");
        }

        for (var axis = 0; axis < size.Length; axis++)
        {
            size[axis] = BinaryPrimitives.ReadInt32BigEndian(data[(4 * (axis + 1))..]);
        }

        var expected = size.Aggregate(1L, (product, length) => product * length);
        if (data.Length - header != expected)
        {
            throw new InvalidDataException(
                $"{file}: holds {data.Length - header} bytes after its header, which promises {string.Join(" x ", size)}");
        }

        return (data[header..].ToArray(), size);
    }

    private static string Find(string folder, string name)
    {
        var plain = Path.Combine(folder, name);
        var gzipped = plain + ".gz";
        return File.Exists(gzipped) ? gzipped
            : File.Exists(plain) ? plain
            : throw new FileNotFoundException($"{folder}: holds neither {name}.gz nor {name}");
    }

    private static byte[] ReadAll(string file)
    {
        if (!file.EndsWith(".gz", StringComparison.Ordinal))
        {
            return File.ReadAllBytes(file);
        }

        try
        {
            using var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            using var data = new MemoryStream();
            packed.CopyTo(data);
            return data.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{file}: not a sound gzip file", e);
        }
    }
}
