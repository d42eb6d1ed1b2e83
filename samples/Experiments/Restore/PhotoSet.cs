using static TorchSharp.torch;

namespace Experiments;

/// <summary>
/// Crops [N, 1, 64, 64] of a folder of photographs. Grey, since photographs without colour may be among them; and the
/// measures are defined on grey.
/// </summary>
/// <remarks>
/// Split by photograph: of every six in order of name the second and the fifth are for test, the third for validation and the
/// others for training. Training crops lie anywhere, as the seed has it; the others lie on a grid from the upper left
/// corner and are the same for every seed.
/// </remarks>
internal sealed class PhotoSet
{
    public const int Side = 64;
    public const int MostShown = 3;

    // Crops flatter than this are left out of the grids: they have nothing to be restored, and their PSNR may be infinite.
    private const double LeastDeviation = 1 / 255.0;

    /// <param name="settings">How many crops of each kind at most, and the folder; pictures in folders within it count too.</param>
    /// <param name="seed">Of the places of the training crops.</param>
    /// <exception cref="InvalidDataException">Too few photographs, or too small ones.</exception>
    public PhotoSet(Settings settings, int seed)
    {
        using var scope = NewDisposeScope();
        var files = PhotoFiles.AtLeast(3, settings.Data);
        var photos = files.Select(Read).ToArray();
        Train = RandomCrops(Of(0, 3, 5), settings.Train, seed).MoveToOuterDisposeScope();
        Validation = GridCrops(settings.Data, Of(2), settings.Validation).MoveToOuterDisposeScope();
        var test = Of(1, 4);
        Test = GridCrops(settings.Data, test, settings.Test).MoveToOuterDisposeScope();
        Shown = cat([.. test.Take(MostShown).Select(Middle)]).MoveToOuterDisposeScope();

        Tensor[] Of(params int[] places) => [.. photos.Where((_, i) => places.Contains(i % 6))];
    }

    public Tensor Train { get; }

    public Tensor Validation { get; }

    public Tensor Test { get; }

    /// <summary>Those for pictures: the middle of each of the first three test photographs.</summary>
    public Tensor Shown { get; }

    private static Tensor Read(string file)
    {
        var photo = GreyPhoto.Read(file);
        return Math.Min(photo.size(2), photo.size(3)) >= Side
            ? photo
            : throw new InvalidDataException($"{file}: {photo.size(3)} x {photo.size(2)}, expected at least {Side} x {Side}");
    }

    private static Tensor RandomCrops(Tensor[] photos, int count, int seed)
    {
        var random = new Random(seed);
        return cat([.. Enumerable.Range(0, count).Select(i =>
        {
            var photo = photos[i % photos.Length];
            return Crop(photo, random.Next((int)photo.size(2) - Side + 1), random.Next((int)photo.size(3) - Side + 1));
        })]);
    }

    /// <summary>As many as there are, or that many of them at even distances, so that all photographs have their share.</summary>
    private static Tensor GridCrops(string folder, Tensor[] photos, int most)
    {
        var crops = photos.SelectMany(photo =>
            from row in Enumerable.Range(0, (int)photo.size(2) / Side)
            from column in Enumerable.Range(0, (int)photo.size(3) / Side)
            select Crop(photo, row * Side, column * Side)).Where(HasDetail).ToArray();
        var count = Math.Min(most, crops.Length);
        return count > 0
            ? cat([.. Enumerable.Range(0, count).Select(i => crops[(int)((long)i * crops.Length / count)])])
            : throw new InvalidDataException($"{folder}: no crop with any detail in a photograph for validation or for test");
    }

    private static bool HasDetail(Tensor crop) => crop.std(false).item<float>() >= LeastDeviation;

    private static Tensor Middle(Tensor photo) => Crop(photo, ((int)photo.size(2) - Side) / 2, ((int)photo.size(3) - Side) / 2);

    private static Tensor Crop(Tensor photo, int top, int left) => photo.narrow(2, top, Side).narrow(3, left, Side);
}
