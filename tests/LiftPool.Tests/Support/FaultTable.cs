namespace LiftPool.Tests;

/// <summary>What LiftPool's layers do where something goes wrong, beside what TorchSharp's convolution does, as a table.</summary>
internal static class FaultTable
{
    /// <summary>The test assembly's argument.</summary>
    internal const string Argument = "faults";

    // Each acts between forward and backward, or in their place, and gives how many times the gradients are there.
    private static readonly (string What, Func<FaultTrial, double> Act)[] Situations =
    [
        ("input or band changed in place before backward", trial => After(trial, () => trial.Read[0].mul_(2))),
        ("weight changed in place before backward", trial => After(trial, () => trial.Parameters[0].mul_(2))),
        ("output changed in place before backward", trial => After(trial, () => trial.Output = trial.Output.mul_(2), recorded: true) * 2),
        ("optimizer's step before backward", trial => After(trial, () => Step(trial))),
        ("`load_state_dict` before backward", trial => After(trial, () => Load(trial))),
        ("backward twice, `retain_graph: true`", trial => Twice(trial, retainGraph: true)),
        ("backward twice, the graph not retained", trial => Twice(trial, retainGraph: false)),
        ("backward on another thread", trial => Both(trial.Forward, () => OnAThread(() => trial.Backward()))),
        ("forward on another thread", trial => Both(() => OnAThread(trial.Forward), () => trial.Backward())),
        ("`set_num_threads` before backward", OtherThreads),
        ("module disposed before backward", trial => Without(trial, trial.Module.Dispose)),
        ("input and output disposed before backward", Handles),
        ("module in float32 before backward", trial => Without(trial, () => trial.Module.to(ScalarType.Float32))),
        ("module disposed before forward", Disposed),
    ];

    private static readonly string[] Operators =
    [
        "throws", "returns null", "returns another shape", "returns another type", "fails natively", "has a backward that fails natively",
    ];

    internal static string Markdown()
    {
        var lines = new List<string>
        {
            Line(["", .. FaultSubject.All.Select(subject => subject.Name)]),
            Line(["---", .. FaultSubject.All.Select(_ => "---")]),
        };
        foreach (var (what, act) in Situations)
        {
            lines.Add(Line([what, .. FaultSubject.All.Select(subject => FaultTrial.Outcome(subject, act))]));
        }

        foreach (var fault in Operators)
        {
            var outcomes = FaultSubject.All.Select(subject => FaultTrial.Outcome(subject, ForwardAndBackward, new FaultyOperator(fault)));
            lines.Add(Line([$"own operator {fault}", .. outcomes]));
        }

        return string.Join('\n', lines);
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static double ForwardAndBackward(FaultTrial trial)
    {
        trial.Forward();
        trial.Backward();
        return 1;
    }

    private static double After(FaultTrial trial, Action change, bool recorded = false)
    {
        trial.Forward();
        using (recorded ? enable_grad() : no_grad())
        {
            change();
        }

        trial.Backward();
        return 1;
    }

    private static void Step(FaultTrial trial)
    {
        using var optimizer = optim.SGD(trial.Parameters, 0.1);
        Array.ForEach(trial.Parameters, weight => weight.grad = ones_like(weight.detach()));
        optimizer.step();
        optimizer.zero_grad();
    }

    private static void Load(FaultTrial trial)
        => trial.Module.load_state_dict(trial.Module.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone()));

    private static double Twice(FaultTrial trial, bool retainGraph)
    {
        trial.Forward();
        trial.Backward(retainGraph);
        trial.Backward();
        return 2;
    }

    private static double Both(Action first, Action second)
    {
        first();
        second();
        return 1;
    }

    private static void OnAThread(Action work)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(work));
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw failure;
        }
    }

    private static double OtherThreads(FaultTrial trial)
    {
        var before = get_num_threads();
        try
        {
            return After(trial, () => set_num_threads(before == 1 ? 3 : 1));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    // The parameters are gone, or others.
    private static double Without(FaultTrial trial, Action change)
    {
        trial.HasParameters = false;
        return After(trial, change);
    }

    private static double Disposed(FaultTrial trial)
    {
        trial.HasParameters = false;
        trial.Module.Dispose();
        return ForwardAndBackward(trial);
    }

    private static double Handles(FaultTrial trial)
    {
        trial.Forward();
        var again = trial.Output.alias();
        trial.Output.Dispose();
        Array.ForEach(trial.Read, read => read.Dispose());
        trial.Output = again;
        trial.Backward();
        return 1;
    }
}
