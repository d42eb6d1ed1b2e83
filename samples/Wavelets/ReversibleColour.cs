namespace Wavelets;

/// <summary>
/// JPEG 2000's reversible colour transform (ISO/IEC 15444-1, Annex G): a luma and two differences of colours, integers all,
/// and no bit lost though the luma is rounded. The three planes are closer to independent than red, green and blue. Grey is a
/// plane as it is, and so is alpha.
/// </summary>
internal static class ReversibleColour
{
    private const int Channels = PixelImage.Channels;

    /// <summary>
    /// The planes Y = floor((R + 2G + B) / 4), U = B - G and V = R - G, one after the other, or grey alone; then alpha if there is any.
    /// </summary>
    public static float[] Planes(PixelImage image, PixelKind kind)
    {
        var count = image.Width * image.Height;
        var planes = new float[kind.Planes * count];
        for (var i = 0; i < count; i++)
        {
            var pixel = image.Pixels.AsSpan(Channels * i, Channels);
            int red = pixel[0], green = pixel[1], blue = pixel[2];
            planes[i] = (red + (2 * green) + blue) >> 2;
            if (kind.HasColour)
            {
                planes[count + i] = blue - green;
                planes[(2 * count) + i] = red - green;
            }

            if (kind.HasAlpha)
            {
                planes[(kind.ColourPlanes * count) + i] = pixel[3];
            }
        }

        return planes;
    }

    /// <summary>Back: G = Y - floor((U + V) / 4), which the sum R + 2G + B = 4G + U + V gives.</summary>
    public static PixelImage Image(int width, int height, PixelKind kind, float[] planes)
    {
        var count = width * height;
        var pixels = new byte[Channels * count];
        for (var i = 0; i < count; i++)
        {
            // Grey has no differences.
            var luma = (int)planes[i];
            var (u, v) = kind.HasColour ? ((int)planes[count + i], (int)planes[(2 * count) + i]) : (0, 0);

            // A shift rounds down, negative numbers too; a division would round towards zero.
            var green = luma - ((u + v) >> 2);
            var pixel = pixels.AsSpan(Channels * i, Channels);
            (pixel[0], pixel[1], pixel[2]) = ((byte)(v + green), (byte)green, (byte)(u + green));
            pixel[3] = kind.HasAlpha ? (byte)planes[(kind.ColourPlanes * count) + i] : byte.MaxValue;
        }

        return new PixelImage(width, height, pixels);
    }
}
