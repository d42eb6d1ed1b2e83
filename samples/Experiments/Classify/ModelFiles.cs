using System.Security.Cryptography;
using System.Text;

namespace Experiments;

/// <summary>Where trained classifiers are kept for <c>robustness</c>.</summary>
internal static class ModelFiles
{
    public static string Path(Settings settings, string variant, int seed)
    {
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{settings.Key}|{variant}|{seed}")))[..16];
        var folder = System.IO.Path.Combine(settings.Output, "models");
        Directory.CreateDirectory(folder);
        return System.IO.Path.Combine(folder, $"{name}.bin");
    }
}
