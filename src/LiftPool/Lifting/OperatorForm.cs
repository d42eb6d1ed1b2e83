namespace LiftPool.Lifting;

/// <summary>What an operator of LiftPool's own makes of its filter's output.</summary>
internal enum OperatorForm
{
    /// <summary>The output itself.</summary>
    Linear,

    /// <summary><c>proj(relu(conv(x)))</c>.</summary>
    Relu,

    /// <summary>The paper's, <c>tanh(proj(relu(conv(x))))</c>.</summary>
    Tanh,
}
