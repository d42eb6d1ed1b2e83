using static TorchSharp.torch;

namespace Experiments;

/// <summary>The scenes of a run, composed anew by each: it takes a second or two.</summary>
internal static class SceneData
{
    // Every run is measured on the same scenes, of other seeds than any it trains on.
    private const int ValidationSeed = 1_000_001;
    private const int TestSeed = 1_000_002;

    /// <summary>
    /// As many scenes as the settings say: images [N, 1, 48, 48] in 0..1 and labels [N, 48, 48] of bytes. Their garments are all those of
    /// the split, so that no scene of one split shows a garment of another.
    /// </summary>
    /// <exception cref="InvalidDataException">The data are images in colour, which are no garments.</exception>
    public static Splits Compose(Job job)
    {
        using var scope = NewDisposeScope();
        var settings = job.Settings;
        var garments = ImageData.Load(settings with { Train = int.MaxValue, Validation = int.MaxValue, Test = int.MaxValue }, job.Seed);
        return new Splits(
            Compose(garments.Train, settings.Train, job.Seed).MoveToOuterDisposeScope(),
            Compose(garments.Validation, settings.Validation, ValidationSeed).MoveToOuterDisposeScope(),
            Compose(garments.Test, settings.Test, TestSeed).MoveToOuterDisposeScope(),
            Scenes.Classes);
    }

    private static Examples Compose(Examples examples, int count, int seed)
    {
        if (examples.Images.size(1) != 1)
        {
            throw new InvalidDataException("Scenes are composed of Fashion-MNIST's grey garments, not of images in colour");
        }

        using var scope = NewDisposeScope();
        var garments = new Garments(
            examples.Images.contiguous().data<float>().ToArray(),
            examples.Labels.to(ScalarType.Byte).contiguous().data<byte>().ToArray(),
            (int)examples.Images.size(2));
        var (pixels, labels) = Scenes.Compose(garments, count, seed);
        return new Examples(tensor(pixels, [count, 1, Scenes.Side, Scenes.Side]), tensor(labels, [count, Scenes.Side, Scenes.Side]))
            .MoveToOuterDisposeScope();
    }
}
