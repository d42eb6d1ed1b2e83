using System.Security.Cryptography;
using System.Text;

namespace Experiments;

/// <summary>Where trained networks lie.</summary>
internal static class ModelFiles
{
    private const int LongestName = 60;

    /// <summary>
    /// The file of one training's network. Its name is the variant's, as far as files can be called that, the seed, and a hash
    /// of the variant and of the settings' key, so that no two trainings share a file.
    /// </summary>
    public static string Path(Settings settings, string variant, int seed)
    {
        var readable = string.Concat(variant.Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{settings.Key}\n{variant}")))[..8];
        return System.IO.Path.Combine(settings.Output, "models", FormattableString.Invariant($"{readable}-{seed}-{hash}.bin"));
    }
}
