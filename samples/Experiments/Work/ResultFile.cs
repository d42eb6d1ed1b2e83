using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Experiments;

/// <summary>A measured value: a line of an experiment's results, such as classify.csv.</summary>
internal sealed record Measurement(string Settings, string Variant, int Seed, string Metric, double Value);

/// <summary>A point of a training curve: a line of classify-curves.csv and its like.</summary>
internal sealed record CurvePoint(string Settings, string Variant, int Seed, int Epoch, double Loss, double Score);

/// <summary>
/// Lines that are only ever added, a whole run's at a time: what is in the file when a program is stopped needs not be done again.
/// </summary>
internal sealed class ResultFile<T>(string file)
{
    private static readonly string Columns = string.Join(',', typeof(T).GetProperties().Select(property => property.Name));

    /// <exception cref="InvalidDataException">A line is damaged; the message has its number.</exception>
    public List<T> Read()
    {
        if (!File.Exists(file))
        {
            return [];
        }

        // A line that ends early may still be read, with a number that has lost its last digits.
        var text = File.ReadAllText(file);
        if (!text.EndsWith('\n'))
        {
            throw new InvalidDataException($"{file}, line {1 + text.Count(c => c == '\n')}: it does not end, so the file was cut off");
        }

        var strictly = new CsvConfiguration(CultureInfo.InvariantCulture) { DetectColumnCountChanges = true, IgnoreBlankLines = false };
        using var reader = new CsvReader(new StringReader(text), strictly);
        var lines = new List<T>();
        var number = 1;
        try
        {
            reader.Read();
            reader.ReadHeader();
            reader.ValidateHeader<T>();
            for (number++; reader.Read(); number = reader.Parser.RawRow + 1)
            {
                lines.Add(reader.GetRecord<T>());
            }
        }
        catch (CsvHelperException e)
        {
            throw new InvalidDataException($"{file}, line {number}: cannot be read as {Columns}", e);
        }

        return lines;
    }

    public void Add(IReadOnlyCollection<T> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        var isNew = !File.Exists(file);
        using var text = new StringWriter();
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture) { HasHeaderRecord = isNew, NewLine = "\n" };
        using (var writer = new CsvWriter(text, configuration, leaveOpen: true))
        {
            writer.WriteRecords(lines);
        }

        RunFiles.Write(file, next => File.WriteAllText(next, (isNew ? "" : File.ReadAllText(file)) + text));
    }
}
