namespace LiftPool.Tests.PyTorch;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("liftpool");

    internal string Name => folder.FullName;

    /// <summary>The path of a file in it.</summary>
    internal string this[string file] => Path.Combine(Name, file);

    public void Dispose() => folder.Delete(recursive: true);
}
