namespace Experiments;

/// <summary>Where trained networks lie.</summary>
internal static class ModelFiles
{
    public static string Path(Settings settings, string variant, int seed)
        => RunFiles.Path(settings.Output, "models", settings.Key, variant, seed, ".bin");
}
