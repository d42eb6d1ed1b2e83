namespace Experiments;

/// <summary>One scene while it is composed. What is drawn later lies on top.</summary>
internal sealed class SceneCanvas(Memory<float> pixels, Memory<byte> labels, Garments garments, Random random)
{
    private const int Side = Scenes.Side;

    // Of the middles of what is drawn, from the border.
    private const int Inset = Side / 8;

    // Garments are photographed on black, so that what is darker is not seen as part of one.
    private const float Visible = 0.1f;

    /// <summary>A slope of grey with stripes, all background.</summary>
    public void DrawGround()
    {
        var level = Between(0.05f, 0.3f);
        var (slopeX, slopeY) = (Between(-0.2f, 0.2f) / Side, Between(-0.2f, 0.2f) / Side);
        var strength = Between(0, 0.15f);
        var (waveX, waveY) = (Between(-1.2f, 1.2f), Between(-1.2f, 1.2f));
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var stripes = strength * MathF.Sin((waveX * x) + (waveY * y));
                pixels.Span[(y * Side) + x] = level + (slopeX * (x - (Side / 2))) + (slopeY * (y - (Side / 2))) + stripes;
            }
        }

        labels.Span.Fill(Scenes.Background);
    }

    /// <summary>A garment of random choice, scale, place and brightness, mirrored or not, perhaps cut by the border.</summary>
    public void DrawGarment()
    {
        var garment = random.Next(garments.Count);
        Draw(garment, new Window(0, 0, garments.Side, garments.Side), garments.Label(garment));
    }

    /// <summary>A small piece out of a garment. It is background: its texture alone does not tell.</summary>
    public void DrawFragment()
    {
        var (width, height) = (random.Next(4, 10), random.Next(4, 10));
        var window = new Window(random.Next(4, garments.Side - width - 4), random.Next(4, garments.Side - height - 4), width, height);
        Draw(random.Next(garments.Count), window, Scenes.Background);
    }

    /// <summary>Noise of the same strength all over, and values back into 0..1.</summary>
    public void AddNoise()
    {
        var strength = Between(0, 0.06f);
        foreach (ref var value in pixels.Span)
        {
            value = Math.Clamp(value + (strength * Between(-1, 1)), 0, 1);
        }
    }

    // A part of a garment, scaled; its middle comes to lie anywhere.
    private void Draw(int garment, Window window, byte label)
    {
        var scale = Between(0.7f, 1.3f);
        var mirrored = random.Next(2) == 1;
        var brightness = Between(0.6f, 1);
        var (left, top) = (Between(Inset, Side - Inset) - (scale * window.Width / 2), Between(Inset, Side - Inset) - (scale * window.Height / 2));
        for (var y = First(top); y < End(top + (scale * window.Height)); y++)
        {
            for (var x = First(left); x < End(left + (scale * window.Width)); x++)
            {
                // Middles of pixels, from the scene to the garment.
                var across = (x + 0.5f - left) / scale;
                var sourceX = window.Left + (mirrored ? window.Width - across : across) - 0.5f;
                var sourceY = window.Top + ((y + 0.5f - top) / scale) - 0.5f;
                var value = garments.Sample(garment, sourceX, sourceY);
                if (value > Visible)
                {
                    pixels.Span[(y * Side) + x] = brightness * value;
                    labels.Span[(y * Side) + x] = label;
                }
            }
        }
    }

    // The pixels whose middles lie between two places.
    private static int First(float start) => Math.Max(0, (int)MathF.Ceiling(start - 0.5f));

    private static int End(float end) => Math.Min(Side, (int)MathF.Ceiling(end - 0.5f));

    private float Between(float least, float most) => least + ((most - least) * random.NextSingle());

    private readonly record struct Window(int Left, int Top, int Width, int Height);
}
