namespace LiftPool.Kernels;

/// <summary>A line that a step changes: where its value is before and after, where what it reads, and where its output is kept.</summary>
/// <param name="Line">The line: a band's number.</param>
/// <param name="From">The slot of its value before.</param>
/// <param name="To">The slot of its value after.</param>
/// <param name="Source">The slot of the other half.</param>
/// <param name="Kept">The slot of what is kept for the gradient.</param>
internal readonly record struct StepLine(int Line, int From, int To, int Source, int Kept);

/// <summary>A step along one axis.</summary>
/// <param name="Step">Which of the scheme's.</param>
/// <param name="Axis">0 along the rows, 1 down the columns, 2 through the planes.</param>
/// <param name="Subtract">Whether it subtracts.</param>
/// <param name="Kept">What is kept of it.</param>
/// <param name="Lines">The lines that it changes.</param>
internal sealed record StepPlan(int Step, int Axis, bool Subtract, Kept Kept, StepLine[] Lines);
