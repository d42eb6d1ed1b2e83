namespace Wavelets;

/// <summary>
/// JPEG 2000's reversible colour transform (ISO/IEC 15444-1, Annex G): a luma and two differences of colours, integers all,
/// and no bit lost though the luma is rounded. The three planes are closer to independent than red, green and blue.
/// </summary>
internal static class ReversibleColour
{
    /// <summary>The planes Y = floor((R + 2G + B) / 4), U = B - G and V = R - G, one after the other.</summary>
    public static float[] Planes(RgbImage image)
    {
        var count = image.Width * image.Height;
        var planes = new float[RgbImage.Channels * count];
        for (var i = 0; i < count; i++)
        {
            var pixel = image.Pixels.AsSpan(RgbImage.Channels * i, RgbImage.Channels);
            int red = pixel[0], green = pixel[1], blue = pixel[2];
            planes[i] = (red + (2 * green) + blue) >> 2;
            planes[count + i] = blue - green;
            planes[(2 * count) + i] = red - green;
        }

        return planes;
    }

    /// <summary>Back: G = Y - floor((U + V) / 4), which the sum R + 2G + B = 4G + U + V gives.</summary>
    public static RgbImage Image(int width, int height, float[] planes)
    {
        var count = width * height;
        var pixels = new byte[RgbImage.Channels * count];
        for (var i = 0; i < count; i++)
        {
            var (luma, u, v) = ((int)planes[i], (int)planes[count + i], (int)planes[(2 * count) + i]);

            // A shift rounds down, negative numbers too; a division would round towards zero.
            var green = luma - ((u + v) >> 2);
            var pixel = pixels.AsSpan(RgbImage.Channels * i, RgbImage.Channels);
            (pixel[0], pixel[1], pixel[2]) = ((byte)(v + green), (byte)green, (byte)(u + green));
        }

        return new RgbImage(width, height, pixels);
    }
}
