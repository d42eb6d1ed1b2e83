using SkiaSharp;

namespace Experiments;

internal static class Titles
{
    /// <summary>A title in lines, each of as many words as there is room for.</summary>
    public static List<string> Wrap(string title, SKFont font, float width)
    {
        var lines = new List<string>();
        foreach (var word in title.Split(' '))
        {
            if (lines.Count > 0 && font.MeasureText($"{lines[^1]} {word}") <= width)
            {
                lines[^1] += " " + word;
            }
            else
            {
                lines.Add(word);
            }
        }

        return lines;
    }
}
