namespace LiftPool.Lifting;

/// <summary>What the two halves of an axis are multiplied with after its steps.</summary>
internal readonly record struct Normalisation(double Approximation, double Detail);
