namespace LiftPool.Kernels;

/// <summary>To which integer a step rounds its operator's output, in a lossless scheme.</summary>
internal enum Rounding
{
    None,

    /// <summary><c>floor(v)</c>.</summary>
    Down,

    /// <summary><c>floor(v + 1/2)</c>.</summary>
    Nearest,
}

/// <summary>What an operator makes of its taps' sum.</summary>
internal enum OperatorKind
{
    /// <summary>The paper's: <c>tanh(proj * relu(sum) + projBias)</c>.</summary>
    Tanh,

    /// <summary>The same without the tanh: <c>proj * relu(sum) + projBias</c>.</summary>
    Relu,

    /// <summary>A filter: the sum itself.</summary>
    Linear,
}

/// <summary>One lifting step as the kernels take it.</summary>
/// <param name="IsPredict">Whether it changes the detail and subtracts; else it changes the approximation and adds.</param>
/// <param name="Taps">The operator's taps: odd.</param>
/// <param name="Operator">What becomes of the taps' sum.</param>
/// <param name="Rounding">What becomes of a linear operator's output.</param>
internal readonly record struct KernelStep(
    bool IsPredict,
    int Taps,
    OperatorKind Operator = OperatorKind.Tanh,
    Rounding Rounding = Rounding.None)
{
    /// <summary>How far it reads to each side.</summary>
    internal int Reach => Taps / 2;

    internal bool IsLinear => Operator == OperatorKind.Linear;
}
