using SkiaSharp;

namespace Experiments.Tests;

/// <summary>Patches of photographs: each split from tiles of its own, without colour or exposure.</summary>
public sealed class TextureDataTests : IClassFixture<OneThread>, IDisposable
{
    private const int Size = 512;
    private const int Tile = 128;

    private readonly string folder = Directory.CreateTempSubdirectory("photos-").FullName;

    [Fact]
    public void Each_patch_is_of_one_colour_of_the_chessboard_and_each_split_has_tiles_of_its_own()
    {
        using var scope = NewDisposeScope();
        Write("one.png", NumberOfTile);
        Write("two.png", NumberOfTile);

        var data = TextureData.Load(Settings(), seed: 1);

        // Of 16 tiles the even ones of the chessboard, in order of their rows, every third of them for validation.
        int[] white = [0, 2, 5, 7, 8, 10, 13, 15];
        int[] validation = [2, 8, 15];
        Tiles(data.Validation).Should().BeSubsetOf(validation).And.HaveCountGreaterThan(1);
        Tiles(data.Train).Should().BeSubsetOf(white.Except(validation)).And.HaveCountGreaterThan(3);
        Tiles(data.Test).Should().NotIntersectWith(white).And.HaveCountGreaterThan(5);
        data.Classes.Should().Be(2);
        data.Test.Labels.data<long>().ToArray().Should().StartWith([0L, 1, 0, 1]);
    }

    [Fact]
    public void Means_and_contrast_are_those_of_any_other_patch()
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        Write("dark.png", (_, _) => new SKColor((byte)random.Next(10, 60), (byte)random.Next(40), 0));
        Write("light.png", (_, _) => new SKColor((byte)random.Next(100, 255), 200, (byte)random.Next(100, 250)));

        var images = TextureData.Load(Settings(), seed: 3).Train.Images.to(ScalarType.Float64);

        images.shape.Should().Equal(40, 3, 32, 32);
        images.mean([2, 3]).sub(0.5).abs().max().item<double>().Should().BeLessThan(1e-6);
        images.sub(0.5).square().mean([1, 2, 3]).sqrt().sub(0.2).abs().max().item<double>().Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Training_patches_are_the_seeds_and_the_others_are_always_the_same()
    {
        using var scope = NewDisposeScope();
        var random = new Random(2);
        Write("one.png", (_, _) => new SKColor((uint)random.Next() | 0xFF000000));
        Write("two.png", (_, _) => new SKColor((uint)random.Next() | 0xFF000000));

        var (one, again, other) = (TextureData.Load(Settings(), 1), TextureData.Load(Settings(), 1), TextureData.Load(Settings(), 2));

        Same(one.Train, again.Train).Should().BeTrue();
        Same(one.Train, other.Train).Should().BeFalse();
        Same(one.Validation, other.Validation).Should().BeTrue();
        Same(one.Test, other.Test).Should().BeTrue();

        static bool Same(Examples a, Examples b) => a.Images.equal(b.Images).all().item<bool>();
    }

    [Fact]
    public void A_flat_photograph_a_small_one_and_a_single_one_are_refused()
    {
        Write("one.png", NumberOfTile);
        Refused("*expected at least 2*");
        Write("two.png", (_, _) => SKColors.Gray);
        Refused("*two.png: flat*");
        Write("two.png", NumberOfTile, size: 255);
        Refused("*two.png: 255 x 255*256*");

        void Refused(string message) => FluentActions.Invoking(() => TextureData.Load(Settings(), 1)).Should().Throw<InvalidDataException>().WithMessage(message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // Upright stripes whose contrast in green is to that in red as the tile's number, from 1, to 16.
    private static SKColor NumberOfTile(int x, int y)
    {
        var stripe = x / 3 % 2;
        var number = (y / Tile * (Size / Tile)) + (x / Tile);
        return new SKColor((byte)(100 + (80 * stripe)), (byte)(100 + (5 * (number + 1) * stripe)), 100);
    }

    private static HashSet<int> Tiles(Examples examples)
    {
        var contrasts = examples.Images.std(dimensions: [2, 3]);
        return [.. contrasts.select(1, 1).div(contrasts.select(1, 0)).mul(16).sub(1).round().to(ScalarType.Int32).data<int>().ToArray()];
    }

    private Settings Settings() => new(folder, "photos", folder, Train: 40, Validation: 40, Test: 40, Epochs: 1);

    private void Write(string name, Func<int, int, SKColor> colour, int size = Size)
    {
        using var bitmap = new SKBitmap(size, size);
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                bitmap.SetPixel(x, y, colour(x, y));
            }
        }

        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(Path.Combine(folder, name), png.ToArray());
    }
}
