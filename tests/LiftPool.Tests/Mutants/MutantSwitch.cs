using System.Reflection;

namespace LiftPool.Tests;

/// <summary>The switch that Stryker builds into a mutated LiftPool: which mutant is on, and which of them were run.</summary>
internal sealed class MutantSwitch
{
    private const int None = -1;

    // Watching slows a kernel's loops a hundred times, so it stops after this time; what a test reaches later does not count.
    internal static readonly TimeSpan OfATest = TimeSpan.FromSeconds(1);

    private readonly FieldInfo active;
    private readonly FieldInfo captures;
    private readonly MethodInfo reached;

    private MutantSwitch(Type control)
    {
        active = control.GetField("ActiveMutant")!;
        captures = control.GetField("CaptureCoverage")!;
        reached = control.GetMethod("GetCoverageData")!;
        TurnOff();
    }

    /// <exception cref="InvalidOperationException">This LiftPool has no mutants.</exception>
    public static MutantSwitch Find()
    {
        var control = typeof(LiftDownPool2d).Assembly.GetTypes().SingleOrDefault(type => type.Name == "MutantControl");
        return control is null
            ? throw new InvalidOperationException("This LiftPool was not mutated: tests/mutation/mutate.py does that.")
            : new(control);
    }

    public void TurnOn(int mutant) => active.SetValue(null, mutant);

    public void TurnOff() => active.SetValue(null, None);

    /// <summary>
    /// Where the action leads while it is watched, and where it leads in what runs once, as static fields do; no mutant is on meanwhile.
    /// </summary>
    public (int[] All, int[] Once) ReachedBy(Action action, TimeSpan watched)
    {
        _ = reached.Invoke(null, null);
        captures.SetValue(null, true);
        var end = new Timer(_ => captures.SetValue(null, false), null, watched, Timeout.InfiniteTimeSpan);
        action();
        end.DisposeAsync().AsTask().Wait();
        captures.SetValue(null, false);
        var found = (IList<int>[])reached.Invoke(null, null)!;
        return ([.. found[0]], [.. found[1]]);
    }
}
