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
    public List<T> Read()
    {
        if (!File.Exists(file))
        {
            return [];
        }

        using var reader = new CsvReader(new StreamReader(file), CultureInfo.InvariantCulture);
        return [.. reader.GetRecords<T>()];
    }

    public void Add(IReadOnlyCollection<T> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        var isNew = !File.Exists(file);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        using var text = new StringWriter();
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture) { HasHeaderRecord = isNew, NewLine = "\n" };
        using (var writer = new CsvWriter(text, configuration, leaveOpen: true))
        {
            writer.WriteRecords(lines);
        }

        // Put in the old file's place at once, so that a run's lines are all there or none, whenever the program is stopped.
        var next = file + ".new";
        File.WriteAllText(next, (isNew ? "" : File.ReadAllText(file)) + text);
        File.Move(next, file, overwrite: true);
    }
}
