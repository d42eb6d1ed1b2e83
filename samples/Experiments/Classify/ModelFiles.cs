using static TorchSharp.torch;

namespace Experiments;

/// <summary>Where trained networks lie.</summary>
internal static class ModelFiles
{
    public static string Path(Settings settings, string variant, int seed)
        => RunFiles.Path(settings.Output, "models", settings.Key, variant, seed, ".bin");

    public static void Save(nn.Module network, string file) => RunFiles.Write(file, next => network.save(next));

    /// <exception cref="InvalidDataException">The file does not hold this network's weights.</exception>
    public static void Load(nn.Module network, string file)
    {
        try
        {
            network.load(file);
        }
        catch (Exception e) when (e is not FileNotFoundException)
        {
            // What TorchSharp throws depends on where the damage is.
            throw new InvalidDataException($"{file}: does not hold the trained network; without the file it is trained again", e);
        }
    }
}
