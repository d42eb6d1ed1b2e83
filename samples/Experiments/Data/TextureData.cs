using Quickstart;
using SkiaSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>
/// Which of a folder's photographs is a patch [3, 32, 32] from? Its mean colour and its exposure do not tell: each channel of a patch has
/// the mean 0.5, and all values together a standard deviation of 0.2 around it. How the channels vary together may.
/// </summary>
/// <remarks>
/// A photograph is a class. It is cut into tiles of 128 pixels like a chessboard: the white ones, every third of them left out, are for
/// training, those left out for validation, the black ones for test. A patch is a window of 64 pixels within a tile, halved by the mean of
/// 2 x 2. Flat ones are left out. No pixel is in two splits, but a black tile has white ones at its sides.
/// </remarks>
internal static class TextureData
{
    private const int Tile = 128;
    private const int Window = 64;
    private const int Side = Window / 2;
    private const int Channels = 3;
    private const int FewestPhotos = 2;

    // Of 255.
    private const double LeastDeviation = 4;
    private const int MostTries = 10_000;
    private const float Deviation = 0.2f;
    private const float Mean = 0.5f;

    private const int ValidationSeed = 1_000_001;
    private const int TestSeed = 1_000_002;

    /// <summary>Whether a folder holds photographs.</summary>
    public static bool IsIn(string folder) => PhotoFiles.In(folder).Length > 0;

    /// <summary>As many patches of every photograph as of any other; those of validation and test are the same for every seed.</summary>
    /// <exception cref="InvalidDataException">Fewer than two photographs, a small one, or one that is flat.</exception>
    public static Splits Load(Settings settings, int seed)
    {
        var files = PhotoFiles.AtLeast(FewestPhotos, settings.Data);
        var classes = files.Length;
        var (train, validation, test) = (New(settings.Train), New(settings.Validation), New(settings.Test));
        foreach (var (label, file) in files.Index())
        {
            using var photo = Photo.ReadScaled(file, _ => 1);
            var (white, black) = Tiles(file, photo);
            train.Fill(label, classes, file, photo, [.. white.Where((_, i) => !IsForValidation(i))], seed);
            validation.Fill(label, classes, file, photo, [.. white.Where((_, i) => IsForValidation(i))], ValidationSeed);
            test.Fill(label, classes, file, photo, black, TestSeed);
        }

        return new Splits(train.ToExamples(classes), validation.ToExamples(classes), test.ToExamples(classes), classes);

        Patches New(int most) => new(Math.Max(1, most / classes) * classes);
    }

    private static bool IsForValidation(int tile) => tile % 3 == 1;

    private static (SKPointI[] White, SKPointI[] Black) Tiles(string file, SKBitmap photo)
    {
        if (Math.Min(photo.Width, photo.Height) < 2 * Tile)
        {
            throw new InvalidDataException($"{file}: {photo.Width} x {photo.Height}, expected at least {2 * Tile} x {2 * Tile}");
        }

        var tiles = from row in Enumerable.Range(0, photo.Height / Tile)
                    from column in Enumerable.Range(0, photo.Width / Tile)
                    select new SKPointI(column, row);
        var isWhite = tiles.ToLookup(tile => (tile.X + tile.Y) % 2 == 0, tile => new SKPointI(tile.X * Tile, tile.Y * Tile));
        return ([.. isWhite[true]], [.. isWhite[false]]);
    }

    /// <summary>Patches of all classes in turn, so that any part of them has its share of each.</summary>
    private sealed class Patches(int count)
    {
        private const int Values = Channels * Side * Side;

        private readonly float[] values = new float[count * Values];

        /// <summary>Those with this label.</summary>
        public void Fill(int label, int classes, string file, SKBitmap photo, SKPointI[] tiles, int seed)
        {
            var random = new Random((seed * 1009) + label);
            var pixels = photo.GetPixelSpan();
            for (var patch = label; patch < count; patch += classes)
            {
                var tries = 0;
                while (!TryRead(pixels, photo.RowBytes, Window(tiles, random), values.AsSpan(patch * Values, Values)))
                {
                    if (++tries == MostTries)
                    {
                        throw new InvalidDataException($"{file}: flat, no patch in {MostTries} with a standard deviation of {LeastDeviation} of 255");
                    }
                }
            }
        }

        public Examples ToExamples(int classes)
            => new(tensor(values, [count, Channels, Side, Side]), arange(count).remainder(classes));

        private static SKPointI Window(SKPointI[] tiles, Random random)
        {
            var tile = tiles[random.Next(tiles.Length)];
            const int places = Tile - TextureData.Window + 1;
            return new SKPointI(tile.X + random.Next(places), tile.Y + random.Next(places));
        }

        /// <summary>Whether the patch is not flat.</summary>
        private static bool TryRead(ReadOnlySpan<byte> pixels, int rowBytes, SKPointI corner, Span<float> patch)
        {
            const int bytesPerPixel = 4;
            var squares = 0.0;
            for (var channel = 0; channel < Channels; channel++)
            {
                var plane = patch.Slice(channel * Side * Side, Side * Side);
                var sum = 0.0;
                for (var i = 0; i < plane.Length; i++)
                {
                    var (y, x) = (corner.Y + (2 * (i / Side)), corner.X + (2 * (i % Side)));
                    var at = (y * rowBytes) + (x * bytesPerPixel) + channel;
                    var under = at + rowBytes;
                    plane[i] = (pixels[at] + pixels[at + bytesPerPixel] + pixels[under] + pixels[under + bytesPerPixel]) / 4f;
                    sum += plane[i];
                }

                var mean = (float)(sum / plane.Length);
                foreach (ref var value in plane)
                {
                    value -= mean;
                    squares += value * value;
                }
            }

            var deviation = Math.Sqrt(squares / patch.Length);
            foreach (ref var value in patch)
            {
                value = Mean + (float)(value * Deviation / deviation);
            }

            return deviation >= LeastDeviation;
        }
    }
}
