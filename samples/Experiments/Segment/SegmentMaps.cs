using Quickstart;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>What a run leaves behind for the picture: the first test scenes, their true labels and those it gave.</summary>
internal sealed class SegmentMaps
{
    private const int Side = Scenes.Side;
    private const int MostScenes = 5;

    // A picture of three columns, a row a scene: grey values, and labels as grey values 0 to 10.
    private static readonly Scalar White = 255f;

    private readonly byte[] pixels;

    private SegmentMaps(byte[] pixels) => this.pixels = pixels;

    public int Count => pixels.Length / (3 * Side * Side);

    /// <summary>Writes a run's file.</summary>
    /// <param name="label">Gives the label maps of images, one after another.</param>
    public static void Save(Job job, Examples scenes, Func<Tensor, byte[]> label)
    {
        using var scope = NewDisposeScope();
        var first = scenes.Narrow(0, Math.Min(MostScenes, scenes.Count));
        var grey = first.Images.mul(White).round().to(ScalarType.Byte).view(-1, Side, Side);
        var given = tensor(label(first.Images), [first.Count, Side, Side]);
        var columns = cat([grey, first.Labels, given], 2).contiguous();

        var info = new SKImageInfo(3 * Side, first.Count * Side, SKColorType.Gray8, SKAlphaType.Opaque);
        using var image = SKImage.FromPixelCopy(info, columns.data<byte>().ToArray());
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        var file = FileOf(job.Settings.Output, job.Settings.Key, job.Variant, job.Seed);
        RunFiles.Write(file, next => File.WriteAllBytes(next, data.ToArray()));
    }

    /// <summary>Reads a run's file, or gives null if there is none.</summary>
    /// <exception cref="InvalidDataException">It is not what <see cref="Save"/> writes.</exception>
    public static SegmentMaps? Read(string output, string settings, string variant, int seed)
    {
        var file = FileOf(output, settings, variant, seed);
        if (!File.Exists(file))
        {
            return null;
        }

        using var bitmap = PictureFile.Read(file, SKAlphaType.Unpremul, colours: null);
        if (bitmap.Width != 3 * Side || bitmap.Height % Side != 0 || bitmap.Height > MostScenes * Side)
        {
            throw new InvalidDataException(
                $"{file}: {bitmap.Width} x {bitmap.Height}, expected {3 * Side} x {Side} for each of at most {MostScenes} scenes");
        }

        // Red, green and blue of a grey picture are the same.
        var colours = bitmap.GetPixelSpan();
        var pixels = new byte[colours.Length / bitmap.BytesPerPixel];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = colours[i * bitmap.BytesPerPixel];
        }

        var maps = new SegmentMaps(pixels);
        var labels = Enumerable.Range(0, maps.Count).SelectMany(scene => (byte[])[.. maps.Truth(scene), .. maps.Given(scene)]);
        return labels.All(label => label < Scenes.Classes)
            ? maps
            : throw new InvalidDataException($"{file}: a label map holds other values than 0 to {Scenes.Classes - 1}");
    }

    /// <summary>Grey values.</summary>
    public byte[] Scene(int scene) => Column(scene, 0);

    /// <summary>The true label of each pixel.</summary>
    public byte[] Truth(int scene) => Column(scene, 1);

    /// <summary>The label that the network gave each pixel.</summary>
    public byte[] Given(int scene) => Column(scene, 2);

    private byte[] Column(int scene, int column)
    {
        var rows = Enumerable.Range(scene * Side, Side);
        return [.. rows.SelectMany(row => pixels.Skip((row * 3 * Side) + (column * Side)).Take(Side))];
    }

    private static string FileOf(string output, string settings, string variant, int seed)
        => RunFiles.Path(output, "segment", settings, variant, seed, ".png");
}
