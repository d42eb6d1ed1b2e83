namespace LiftPool.Tests;

/// <summary>For classes that compute on small tensors, where LibTorch's threads do nothing but wait for each other.</summary>
public sealed class OneThread : IDisposable
{
    private readonly int before = get_num_threads();

    public OneThread() => set_num_threads(1);

    public void Dispose() => set_num_threads(before);
}
