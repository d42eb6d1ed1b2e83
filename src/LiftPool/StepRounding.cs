namespace LiftPool;

/// <summary>To which integer a step rounds its operator's output, in a lossless scheme. The gradient goes straight through.</summary>
public enum StepRounding
{
    /// <summary>To none: the step is as exact as its numbers.</summary>
    None,

    /// <summary><c>floor(v)</c>.</summary>
    Down,

    /// <summary><c>floor(v + 1/2)</c>.</summary>
    Nearest,
}
