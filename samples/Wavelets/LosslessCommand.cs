using System.Globalization;
using LiftPool;
using Quickstart;

namespace Wavelets;

/// <summary>Codes every image of a folder, checks that it comes back, and compares with PNG.</summary>
internal static class LosslessCommand
{
    private const int MostBits = 8;

    // Measured: a plane, its bands and their bytes, there and back.
    private const int BytesPerPlane = 48;

    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".webp"];

    /// <returns>The exit code: 0 if every image came back bit for bit.</returns>
    public static int Run(string folder, Wavelet wavelet, int levels)
    {
        string[] files = [.. Directory.GetFiles(folder).Where(IsPicture).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new InvalidDataException($"{folder}: no image there ({string.Join(", ", Endings)})");
        }

        // Printed as it goes: the coder takes seconds for each megapixel.
        var nameWidth = Math.Max("image".Length, files.Max(file => Path.GetFileName(file).Length));
        Row("image", "size", "holds", "raw bytes", "best PNG", "our bytes", "ours/PNG", "bit for bit");
        var total = new Sizes(0, 0, 0);
        var allBack = true;
        foreach (var file in files)
        {
            var image = Read(file);
            var kind = image.Kind();
            PictureFile.CheckMemory(file, image.Width, image.Height, BytesPerPlane * kind.Planes);
            var (sizes, back) = Measure(file, image, kind, wavelet, levels);
            Sum(Path.GetFileName(file), $"{image.Width} x {image.Height}", $"{kind}", sizes, back);
            total = new Sizes(total.Raw + sizes.Raw, total.Png + sizes.Png, total.Ours + sizes.Ours);
            allBack &= back;
        }

        Sum("total", "", "", total, allBack);
        return allBack ? 0 : 1;

        void Sum(string name, string size, string kind, Sizes bytes, bool back) => Row(
            name,
            size,
            kind,
            Text($"{bytes.Raw:N0}"),
            Text($"{bytes.Png:N0}"),
            Text($"{bytes.Ours:N0}"),
            Text($"{(double)bytes.Ours / bytes.Png:F3}"),
            back ? "yes" : "no");

        void Row(string name, string size, string kind, string raw, string png, string ours, string ratio, string back) =>
            Console.WriteLine($"{name.PadRight(nameWidth)}  {size,13}  {kind,14}  {raw,13}  {png,12}  {ours,12}  {ratio,8}  {back,11}");
    }

    private static PixelImage Read(string file) => PngHeader.BitDepth(file) is not (> MostBits and var bits)
        ? PixelImage.Read(file)
        : throw new InvalidDataException($"{file}: {bits} bits a channel, of which {MostBits} can be read: not bit for bit");

    private static (Sizes Sizes, bool Back) Measure(string file, PixelImage image, PixelKind kind, Wavelet wavelet, int levels)
    {
        try
        {
            // Until nothing is left to be halved.
            var halvings = int.Log2(Math.Max(1, Math.Max(image.Width, image.Height) - 1)) + 1;
            var encoded = LosslessCodec.Encode(image, kind, wavelet, Math.Min(levels, halvings));
            var decoded = LosslessCodec.Decode(encoded);
            var back = (decoded.Width, decoded.Height) == (image.Width, image.Height)
                && decoded.Pixels.AsSpan().SequenceEqual(image.Pixels);
            return (new Sizes((long)kind.Planes * image.Width * image.Height, PngLength(file, image, kind), encoded.Length), back);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    // A PNG may have been made smaller than Skia makes one, or be of a kind that Skia does not write: with a palette, or grey with alpha.
    private static long PngLength(string file, PixelImage image, PixelKind kind)
    {
        var ofSkia = image.PngLength(kind);
        return PngHeader.BitDepth(file) is null ? ofSkia : Math.Min(ofSkia, new FileInfo(file).Length);
    }

    private static bool IsPicture(string file) => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    private static string Text(FormattableString cell) => cell.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Sizes(long Raw, long Png, long Ours);
}
