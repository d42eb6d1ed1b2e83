namespace Experiments;

/// <summary>Square grey images of garments, one each, on a ground of zero.</summary>
/// <param name="pixels">Image after image, row after row.</param>
/// <param name="labels">The class of each.</param>
/// <param name="side">Height and width.</param>
internal sealed class Garments(float[] pixels, byte[] labels, int side)
{
    public int Count => labels.Length;

    /// <summary>Height and width of each.</summary>
    public int Side => side;

    public byte Label(int garment) => labels[garment];

    /// <summary>The value between pixels, by bilinear interpolation: (0, 0) is the middle of the first pixel. Zero outside.</summary>
    public float Sample(int garment, float x, float y)
    {
        var (left, top) = ((int)MathF.Floor(x), (int)MathF.Floor(y));
        var (right, down) = (x - left, y - top);
        var upper = (Pixel(garment, left, top) * (1 - right)) + (Pixel(garment, left + 1, top) * right);
        var lower = (Pixel(garment, left, top + 1) * (1 - right)) + (Pixel(garment, left + 1, top + 1) * right);
        return (upper * (1 - down)) + (lower * down);
    }

    private float Pixel(int garment, int x, int y)
        => (uint)x < side && (uint)y < side ? pixels[(((garment * side) + y) * side) + x] : 0;
}
