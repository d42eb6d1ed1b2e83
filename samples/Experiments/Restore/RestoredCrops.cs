using static TorchSharp.torch;

namespace Experiments;

/// <summary>The file that a run leaves of some test crops: columns of 64 x 64 pixels, in each the truth, the input and the result.</summary>
internal static class RestoredCrops
{
    private const int Rows = 3;

    /// <param name="job">The run.</param>
    /// <param name="truth">[N, 1, 64, 64], as the others.</param>
    public static void Write(Job job, Tensor truth, Tensor input, Tensor result)
    {
        var file = FileOf(job.Settings.Output, job.Settings.Key, job.Variant, job.Seed);
        using var scope = NewDisposeScope();
        GreyPhoto.Write(file, cat([.. new[] { truth, input, result }.Select(InARow)], 2));
    }

    /// <summary>What a run wrote, rounded to 8 bits; null if it is not there.</summary>
    public static (Tensor Truth, Tensor Input, Tensor Result)? Read(string output, string settings, string variant, int seed)
    {
        var file = FileOf(output, settings, variant, seed);
        if (!File.Exists(file))
        {
            return null;
        }

        var all = GreyPhoto.Read(file);
        var columns = all.size(3) / PhotoSet.Side;
        if (columns is 0 or > PhotoSet.MostShown || all.size(3) % PhotoSet.Side != 0 || all.size(2) != Rows * PhotoSet.Side)
        {
            throw new InvalidDataException(
                $"{file}: {all.size(3)} x {all.size(2)}, expected {Rows} rows of at most {PhotoSet.MostShown} crops of {PhotoSet.Side}");
        }

        var rows = all.split(PhotoSet.Side, 2).Select(row => cat([.. row.split(PhotoSet.Side, 3)])).ToArray();
        return (rows[0], rows[1], rows[2]);
    }

    private static Tensor InARow(Tensor crops) => cat([.. crops.split(1)], 3);

    private static string FileOf(string output, string settings, string variant, int seed)
        => RunFiles.Path(output, "restored", settings, variant, seed, ".png");
}
