using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LiftPool.Tests;

/// <summary>
/// Whether tests notice a mutant of Stryker's. <c>mutants reach FILE PART PARTS CLASS...</c> runs that part of the tests and writes
/// which mutants each of them runs. <c>mutants judge FILE</c> reads numbers of mutants and says of each which test of the file kills it;
/// <c>mutants judge FILE MUTANT</c> does so for one, which is on from the beginning, and <c>mutants judge FILE MUTANT TEST</c> says
/// which of its tests up to that one fails without it. The answers are "survives", "unclear", "killed" with a test's id and name, and
/// "killed by time". tests/mutation/mutate.py calls all. Stryker itself starts a process for each mutant, which here takes longer than
/// most mutants live: this one goes on.
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
            ["reach", var file, var part, var parts, .. var classes] => Reach(file, Number(part), Number(parts), classes),
            ["judge", var file] => Judge(file, answers),
            ["judge", var file, var mutant, .. var killer] => JudgeAlone(file, Number(mutant), killer.SingleOrDefault(), answers),
            _ => null,
        };
        Console.SetOut(answers);
        return last;
    }

    // A class is taken if its name holds one of the words; with words that begin with '-', if it holds none of them.
    private static bool IsTaken(string name, string[] words) => words.All(word => word.StartsWith('-'))
        ? !words.Any(word => name.Contains(word[1..], StringComparison.Ordinal))
        : words.Any(word => name.Contains(word, StringComparison.Ordinal));

    private static string Reach(string file, int part, int parts, string[] classes)
    {
        var control = MutantSwitch.Find();
        TestCases? cases = null;
        var once = control.ReachedBy(() => cases = new TestCases(), Timeout.InfiniteTimeSpan).All.ToHashSet();
        using var all = cases!;
        var tests = new List<Test>();
        var failing = new List<string>();
        var taken = all.All.Values.Where(test => IsTaken(test.TestMethod.TestClass.Class.Name, classes));
        foreach (var test in taken.Where((_, index) => index % parts == part))
        {
            var watch = Stopwatch.StartNew();
            var passes = false;
            var reached = control.ReachedBy(() => passes = all.Passes(test), MutantSwitch.OfATest);
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

        File.WriteAllText(file, JsonSerializer.Serialize(new Reached([.. tests], [.. once])));
        return $"{tests.Count} tests; {failing.Count} fail without a mutant: {string.Join("; ", failing)}";
    }

    private static string Judge(string file, TextWriter answers)
    {
        var control = MutantSwitch.Find();
        using var cases = new TestCases();
        var (tests, fails) = (Read(file), FailsIn(cases, answers));
        Answer("ready");
        while (Console.ReadLine() is { } line)
        {
            Answer(Verdict(Number(line)));
        }

        return "";

        void Answer(string text)
        {
            answers.WriteLine(text);
            answers.Flush();
        }

        // It is the mutant's fault if the test fails with it, passes without and fails again: an earlier one may have left something.
        string Verdict(int mutant)
        {
            control.TurnOn(mutant);
            var killer = Killer(tests, mutant, fails);
            control.TurnOff();
            if (killer is null)
            {
                return Said(null);
            }

            if (fails(killer))
            {
                return "unclear";
            }

            control.TurnOn(mutant);
            var failsAgain = fails(killer);
            control.TurnOff();
            return failsAgain ? Said(killer) : "unclear";
        }
    }

    private static string JudgeAlone(string file, int mutant, string? killer, TextWriter answers)
    {
        var control = MutantSwitch.Find();
        if (killer is null)
        {
            // Before the first test, for what is computed once.
            control.TurnOn(mutant);
        }

        using var cases = new TestCases();
        var tests = Read(file);
        if (killer is not null)
        {
            tests = [.. tests.TakeWhile(test => test.Id != killer), tests.Single(test => test.Id == killer)];
        }

        return Said(Killer(tests, mutant, FailsIn(cases, answers)));
    }

    private static string Said(Test? killer) => killer is null ? "survives" : $"killed {killer.Id} {killer.Name}";

    private static Test? Killer(Test[] tests, int mutant, Func<Test, bool> fails) =>
        tests.Where(test => test.Reached.Contains(mutant)).FirstOrDefault(fails);

    // A test that the mutant took away fails nobody. One that does not end can only be stopped with its process.
    private static Func<Test, bool> FailsIn(TestCases cases, TextWriter answers) => test =>
    {
        using var limit = new Timer(_ => End(), null, TimeSpan.FromSeconds(10 + (5 * test.Seconds)), Timeout.InfiniteTimeSpan);
        return cases.All.TryGetValue(test.Id, out var found) && !cases.Passes(found);

        void End()
        {
            answers.WriteLine("killed by time");
            answers.Flush();
            Process.GetCurrentProcess().Kill();
        }
    };

    private static Test[] Read(string file) => JsonSerializer.Deserialize<Test[]>(File.ReadAllText(file))!;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The tests, and the mutants in code that runs once for all of them.</summary>
    private sealed record Reached(Test[] Tests, int[] Once);

    /// <summary>A test, and the mutants that it runs.</summary>
    private sealed record Test(string Id, string Name, double Seconds, int[] Reached);
}
