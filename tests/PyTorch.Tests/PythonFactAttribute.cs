namespace LiftPool.Tests.PyTorch;

/// <summary>A test that runs Python files of samples/PyTorch; skipped where no Python has torch. CI installs one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute() => Skip = Python.Missing;
}
