using System.Globalization;
using LiftPool;

namespace Wavelets;

/// <summary>Codes every image of a folder, checks that it comes back, and compares with PNG.</summary>
internal static class LosslessCommand
{
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
        Row("image", "size", "raw bytes", "PNG bytes", "our bytes", "ours/PNG", "bit for bit");
        var total = new Sizes(0, 0, 0);
        var allBack = true;
        foreach (var file in files)
        {
            var image = RgbImage.Read(file);
            var (sizes, back) = Measure(file, image, wavelet, levels);
            Sum(Path.GetFileName(file), $"{image.Width} x {image.Height}", sizes, back);
            total = new Sizes(total.Raw + sizes.Raw, total.Png + sizes.Png, total.Ours + sizes.Ours);
            allBack &= back;
        }

        Sum("total", "", total, allBack);
        return allBack ? 0 : 1;

        void Sum(string name, string size, Sizes bytes, bool back) => Row(
            name,
            size,
            Text($"{bytes.Raw:N0}"),
            Text($"{bytes.Png:N0}"),
            Text($"{bytes.Ours:N0}"),
            Text($"{(double)bytes.Ours / bytes.Png:F3}"),
            back ? "yes" : "no");

        void Row(string name, string size, string raw, string png, string ours, string ratio, string back) =>
            Console.WriteLine($"{name.PadRight(nameWidth)}  {size,13}  {raw,13}  {png,12}  {ours,12}  {ratio,8}  {back,11}");
    }

    private static (Sizes Sizes, bool Back) Measure(string file, RgbImage image, Wavelet wavelet, int levels)
    {
        try
        {
            var encoded = LosslessCodec.Encode(image, wavelet, levels);
            var decoded = LosslessCodec.Decode(encoded);
            var back = (decoded.Width, decoded.Height) == (image.Width, image.Height)
                && decoded.Pixels.AsSpan().SequenceEqual(image.Pixels);
            return (new Sizes(image.Pixels.Length, image.PngLength(), encoded.Length), back);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private static bool IsPicture(string file) => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    private static string Text(FormattableString cell) => cell.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Sizes(long Raw, long Png, long Ours);
}
