using SkiaSharp;

namespace Quickstart;

/// <summary>What the samples' pictures have in common.</summary>
internal static class Page
{
    public static readonly SKColor Background = new(0xFF17191E);
    public static readonly SKColor Bright = new(0xFFF2F1EC);
    public static readonly SKColor Dim = new(0xFFA3A9B3);

    /// <summary>Writes a picture as a PNG, as small as can be.</summary>
    public static void Save(SKSurface surface, string file)
    {
        using var pixels = surface.PeekPixels();
        using var png = pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, zLibLevel: 9))!;
        using var stream = File.Create(file);
        png.SaveTo(stream);
    }
}
