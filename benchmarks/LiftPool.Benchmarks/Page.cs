using System.Text;

namespace LiftPool.Benchmarks;

/// <summary>A page written by hand, in which two comments mark what the program replaces.</summary>
internal static class Page
{
    private const string Begin = "<!-- compare:begin -->";
    private const string End = "<!-- compare:end -->";

    /// <summary>Puts the text between the marks; a file that is not there yet has nothing else.</summary>
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
        return begin >= 0 && end > begin
            ? $"{page[..(begin + Begin.Length)]}\n{tables.Trim()}\n{page[end..]}"
            : throw new InvalidDataException($"{file}: expected {Begin} and after it {End}, to put the tables between");
    }
}
