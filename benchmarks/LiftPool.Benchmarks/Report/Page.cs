using System.Text;

namespace LiftPool.Benchmarks;

/// <summary>
/// A page written by hand, in which two comments mark where the program puts its tables: those of one processor under a heading
/// of the third level each.
/// </summary>
internal static class Page
{
    private const string Begin = "<!-- compare:begin -->";
    private const string End = "<!-- compare:end -->";
    private const string Section = "\n### ";

    /// <summary>
    /// Puts the text first between the marks, in place of what has the same heading or none; a file that is not there yet has
    /// nothing else.
    /// </summary>
    /// <exception cref="InvalidDataException">The file has no marks.</exception>
    public static void Replace(string file, string tables)
    {
        var page = File.Exists(file) ? File.ReadAllText(file) : $"{Begin}\n{End}\n";
        File.WriteAllText(file, Replaced(file, page, tables), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    /// <summary>Throws what <see cref="Replace"/> would, before the long work.</summary>
    public static void Check(string file)
    {
        if (File.Exists(file))
        {
            _ = Replaced(file, File.ReadAllText(file), "");
        }
    }

    private static string Replaced(string file, string page, string tables)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new InvalidDataException($"{file}: expected {Begin} and after it {End}, to put the tables between");
        }

        begin += Begin.Length;
        var added = tables.Trim();
        var heading = added.Split('\n')[0];
        var others = page[begin..end].Split(Section).Skip(1)
            .Select(section => Section.TrimStart() + section.Trim())
            .Where(section => section.Split('\n')[0] != heading);
        return $"{page[..begin]}\n{string.Join("\n\n", others.Prepend(added))}\n{page[end..]}";
    }
}
