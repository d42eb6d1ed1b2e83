using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace LiftPool;

/// <summary>
/// Some words of a message: a text, or one put together of parts (<c>$"..."</c>) whose numbers are written the same in every culture.
/// </summary>
[InterpolatedStringHandler]
internal readonly struct Words
{
    private readonly StringBuilder text;

    public Words(int literalLength, int formattedCount) => text = new StringBuilder(literalLength + formattedCount);

    private Words(string text) => this.text = new StringBuilder(text);

    public static implicit operator Words(string text) => new(text);

    public void AppendLiteral(string literal) => text.Append(literal);

    public void AppendFormatted<T>(T part) => text.Append(CultureInfo.InvariantCulture, $"{part}");

    public override string ToString() => text.ToString();
}
