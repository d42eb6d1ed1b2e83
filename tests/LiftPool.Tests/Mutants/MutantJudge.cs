using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LiftPool.Tests;

/// <summary>
/// Whether tests notice a mutant of Stryker's. <c>mutants reach FILE CLASS...</c> runs the tests and writes which mutants each of them
/// runs. <c>mutants judge FILE</c> reads numbers of mutants and says of each which test kills it; <c>mutants judge FILE MUTANT</c> does so
/// for one, which is on from the beginning; <c>mutants judge FILE none</c> names the tests that fail without any. tests/mutation/mutate.py
/// calls all. Stryker itself starts a process for each mutant, which here takes longer than most mutants live: this one goes on.
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
            ["judge", var file, .. var mutant] when mutant.Length <= 1 => Judge(file, mutant.SingleOrDefault(), answers),
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
        TestCases? cases = null;
        var once = control.ReachedBy(() => cases = new TestCases()).All.ToHashSet();
        using var all = cases!;
        var tests = new List<Test>();
        var failing = new List<string>();
        foreach (var test in all.All.Values.Where(test => IsTaken(test.TestMethod.TestClass.Class.Name, classes)))
        {
            var watch = Stopwatch.StartNew();
            var passes = false;
            var reached = control.ReachedBy(() => passes = all.Passes(test));
            once.UnionWith(reached.Once);
            if (!passes)
            {
                failing.Add(test.DisplayName);
            }
            else
            {
                tests.Add(new(test.UniqueID, test.DisplayName, watch.Elapsed.TotalSeconds, reached.All));
            }
        }

        File.WriteAllText(file, JsonSerializer.Serialize(new Reached([.. tests.OrderBy(test => test.Seconds)], [.. once])));
        return $"{tests.Count} tests; {failing.Count} fail without a mutant: {string.Join("; ", failing)}";
    }

    private static string Judge(string file, string? only, TextWriter answers)
    {
        var control = MutantSwitch.Find();
        var isAlone = int.TryParse(only, NumberStyles.None, CultureInfo.InvariantCulture, out var mutant);
        if (isAlone)
        {
            // Before the first test, for what is computed once.
            control.TurnOn(mutant);
        }

        using var cases = new TestCases();
        var reached = JsonSerializer.Deserialize<Reached>(File.ReadAllText(file))!;
        Answer("ready");
        if (only is not null)
        {
            return isAlone
                ? Killer(mutant) is { } killer ? $"killed {killer.Name}" : "survives"
                : string.Join(' ', reached.Tests.Where(Fails).Select(test => test.Id));
        }

        while (Console.ReadLine() is { } line)
        {
            Answer(Verdict(int.Parse(line, CultureInfo.InvariantCulture)));
        }

        return "";

        void Answer(string text)
        {
            answers.WriteLine(text);
            answers.Flush();
        }

        // A test that is gone is one that the mutant took away.
        bool Fails(Test test) => !cases.All.TryGetValue(test.Id, out var found) || !cases.Passes(found);

        Test? Killer(int number)
        {
            control.TurnOn(number);
            var anyTestMay = isAlone && reached.Once.Contains(number);
            return reached.Tests.Where(test => anyTestMay || test.Reached.Contains(number)).FirstOrDefault(Fails);
        }

        // It is the mutant's fault if the test fails with it, passes without and fails again: an earlier one may have left something.
        string Verdict(int number)
        {
            var killer = Killer(number);
            control.TurnOff();
            if (killer is null || reached.Once.Contains(number) || Fails(killer))
            {
                return killer is null ? "survives" : "unclear";
            }

            control.TurnOn(number);
            var failsAgain = Fails(killer);
            control.TurnOff();
            return failsAgain ? $"killed {killer.Name}" : "unclear";
        }
    }

    /// <summary>The tests, the shortest first, and the mutants in code that runs once for all of them.</summary>
    private sealed record Reached(Test[] Tests, int[] Once);

    /// <summary>A test, and the mutants that it runs.</summary>
    private sealed record Test(string Id, string Name, double Seconds, int[] Reached);
}
