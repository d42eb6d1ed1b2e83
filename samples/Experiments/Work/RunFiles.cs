using System.Security.Cryptography;
using System.Text;

namespace Experiments;

/// <summary>Names of files and folders that any system takes.</summary>
internal static class RunFiles
{
    private const int LongestName = 60;

    /// <summary>
    /// A file of one run: its name is the variant's, as far as files can be called that, the seed, and a hash of the settings' key and the
    /// variant, so that no two runs share a file.
    /// </summary>
    /// <param name="output">The folder of the results.</param>
    /// <param name="folder">Within it.</param>
    /// <param name="settings">The key of the settings.</param>
    public static string Path(string output, string folder, string settings, string variant, int seed, string ending)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{settings}\n{variant}")))[..8];
        return System.IO.Path.Combine(output, folder, FormattableString.Invariant($"{Plain(variant)}-{seed}-{hash}{ending}"));
    }

    /// <summary>Writes a file at once: it is whole or not there, or the old one, whenever the program is stopped.</summary>
    /// <param name="write">Writes to the path that it is given.</param>
    public static void Write(string file, Action<string> write)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        var next = file + ".new";
        write(next);
        File.Move(next, file, overwrite: true);
    }

    /// <summary>The folder of the report's pictures of runs with these settings.</summary>
    public static string Pictures(string output, string settings) => System.IO.Path.Combine(output, "pictures", Plain(settings));

    /// <summary>Letters and digits, and a hyphen for anything else.</summary>
    private static string Plain(string name)
        => string.Concat(name.Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
}
