using System.Reflection;

namespace LiftPool.Tests;

/// <summary>The switch that Stryker builds into a mutated LiftPool: which mutant is on, and which of them the code came by.</summary>
internal sealed class MutantSwitch
{
    private const int None = -1;

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
    public static MutantSwitch Find() => typeof(LiftDownPool2d).Assembly.GetTypes().SingleOrDefault(type => type.Name == "MutantControl") is { } control
        ? new(control)
        : throw new InvalidOperationException("This LiftPool was not mutated: tests/mutation/mutate.py does that.");

    public void TurnOn(int mutant) => active.SetValue(null, mutant);

    public void TurnOff() => active.SetValue(null, None);

    /// <summary>The mutants that the action comes by; none is on meanwhile.</summary>
    public int[] ReachedBy(Action action)
    {
        _ = Reached();
        captures.SetValue(null, true);
        action();
        captures.SetValue(null, false);
        return Reached();
    }

    private int[] Reached() => [.. ((IList<int>[])reached.Invoke(null, null)!)[0]];
}
