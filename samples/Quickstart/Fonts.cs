using SkiaSharp;

namespace Quickstart;

/// <summary>The font of the samples' pictures.</summary>
internal static class Fonts
{
    // The usual faces of Windows, macOS and Linux. A slim container may have none at all: then nothing is written.
    private static readonly string[] Families =
        ["Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Arial"];

    public static SKTypeface Typeface(SKFontStyle style) =>
        Families.Select(family => SKFontManager.Default.MatchFamily(family, style)).FirstOrDefault(face => face is not null)
        ?? SKTypeface.Default;
}
