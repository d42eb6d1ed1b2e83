namespace Experiments;

/// <summary>Scenes of several garments that overlap each other on a cluttered ground, with a label for every pixel.</summary>
internal static class Scenes
{
    /// <summary>Height and width in pixels.</summary>
    public const int Side = 48;

    /// <summary>The ten classes of garments and the background.</summary>
    public const int Classes = 11;

    /// <summary>The label of pixels that show no garment, or no more than a fragment.</summary>
    public const byte Background = 10;

    /// <summary>What the labels are, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot", "background"];

    private const int FewestGarments = 2;
    private const int MostGarments = 3;
    private const int MostFragments = 3;

    /// <summary>Composes scenes of random garments; the same seed gives the same, and the first ones whatever the count.</summary>
    /// <returns>Grey values in 0..1 and a label for each pixel, scene after scene, row after row.</returns>
    public static (float[] Pixels, byte[] Labels) Compose(Garments garments, int count, int seed)
    {
        const int size = Side * Side;
        var random = new Random(seed);
        var pixels = new float[count * size];
        var labels = new byte[count * size];
        for (var start = 0; start < pixels.Length; start += size)
        {
            Compose(new SceneCanvas(pixels.AsMemory(start, size), labels.AsMemory(start, size), garments, random), random);
        }

        return (pixels, labels);
    }

    private static void Compose(SceneCanvas canvas, Random random)
    {
        canvas.DrawGround();
        for (var fragments = random.Next(MostFragments + 1); fragments > 0; fragments--)
        {
            canvas.DrawFragment();
        }

        for (var garments = random.Next(FewestGarments, MostGarments + 1); garments > 0; garments--)
        {
            canvas.DrawGarment();
        }

        canvas.AddNoise();
    }
}
