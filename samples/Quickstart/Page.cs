using SkiaSharp;

namespace Quickstart;

/// <summary>What the samples' pictures have in common.</summary>
internal static class Page
{
    public static readonly SKColor Background = new(0xFF17191E);
    public static readonly SKColor Bright = new(0xFFF2F1EC);
    public static readonly SKColor Dim = new(0xFFA3A9B3);

    /// <summary>An empty picture.</summary>
    public static SKSurface New(int width, int height, SKColor background)
    {
        var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque))
            ?? throw new InvalidDataException($"A picture of {width} x {height} is too large to be drawn");
        surface.Canvas.Clear(background);
        return surface;
    }

    /// <summary>Writes a picture as a PNG, as small as can be.</summary>
    public static void Save(SKSurface surface, string file)
    {
        using var pixels = surface.PeekPixels();
        using var png = pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, zLibLevel: 9))
            ?? throw new InvalidDataException($"{file}: the picture cannot be written as a PNG");
        using var stream = File.Create(file);
        png.SaveTo(stream);
    }
}
