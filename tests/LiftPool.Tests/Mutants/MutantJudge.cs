using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LiftPool.Tests;

/// <summary>
/// Whether tests notice a mutant of Stryker's: <c>mutants reach FILE CLASS...</c> runs the tests and writes which mutants each comes by,
/// <c>mutants judge FILE [MUTANT]</c> reads numbers of mutants and says of each which test kills it. tests/mutation/mutate.py calls both.
/// Stryker starts a process for each mutant, which here takes longer than most mutants live: this process goes on with the next.
/// </summary>
internal static class MutantJudge
{
    internal const string Argument = "mutants";

    internal static string? Answer(string[] options)
    {
        // Some tests write, too.
        var answers = Console.Out;
        Console.SetOut(TextWriter.Null);
        var last = options switch
        {
            ["reach", var file, .. var classes] => Reach(file, classes),
            ["judge", var file] => Judge(file, first: null, answers),
            ["judge", var file, var mutant] => Judge(file, int.Parse(mutant, CultureInfo.InvariantCulture), answers),
            _ => null,
        };
        Console.SetOut(answers);
        return last;
    }

    // A class is taken if its name holds one of the words; with words that begin with '-', if it holds none of them.
    private static bool IsTaken(string name, string[] words) => words.All(word => word.StartsWith('-'))
        ? !words.Any(word => name.Contains(word[1..], StringComparison.Ordinal))
        : words.Any(word => name.Contains(word, StringComparison.Ordinal));

    private static string Reach(string file, string[] classes)
    {
        var control = MutantSwitch.Find();
        using var cases = new TestCases();
        var tests = new List<Test>();
        var failing = new List<string>();
        foreach (var test in cases.All.Values.Where(test => IsTaken(test.TestMethod.TestClass.Class.Name, classes)))
        {
            var watch = Stopwatch.StartNew();
            var passes = false;
            var reached = control.ReachedBy(() => passes = cases.Passes(test));
            if (!passes)
            {
                failing.Add(test.DisplayName);
            }
            else if (reached.Length > 0)
            {
                tests.Add(new(test.UniqueID, test.DisplayName, watch.Elapsed.TotalSeconds, reached));
            }
        }

        File.WriteAllText(file, JsonSerializer.Serialize(tests.OrderBy(test => test.Seconds)));
        return $"{tests.Count} tests come by a mutant; {failing.Count} fail without one: {string.Join("; ", failing)}";
    }

    private static string Judge(string file, int? first, TextWriter answers)
    {
        var control = MutantSwitch.Find();
        if (first is { } mutant)
        {
            // Before the first test, for what is computed once.
            control.TurnOn(mutant);
        }

        using var cases = new TestCases();
        var tests = JsonSerializer.Deserialize<Test[]>(File.ReadAllText(file))!;
        if (first is { } alone)
        {
            return Verdict(alone, isAlone: true);
        }

        while (Console.ReadLine() is { } line)
        {
            answers.WriteLine(Verdict(int.Parse(line, CultureInfo.InvariantCulture), isAlone: false));
            answers.Flush();
        }

        return "";

        string Verdict(int number, bool isAlone)
        {
            control.TurnOn(number);
            var killer = tests.Where(test => test.Reached.Contains(number))
                .FirstOrDefault(test => cases.All.TryGetValue(test.Id, out var found) && !cases.Passes(found));
            control.TurnOff();

            // Not the mutant's fault where an earlier one left something behind.
            return killer is null ? "survives" : isAlone || cases.Passes(cases.All[killer.Id]) ? $"killed {killer.Name}" : "unclear";
        }
    }

    /// <summary>A test, and what it comes by.</summary>
    private sealed record Test(string Id, string Name, double Seconds, int[] Reached);
}
