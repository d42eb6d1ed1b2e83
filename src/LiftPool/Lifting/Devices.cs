namespace LiftPool.Lifting;

/// <summary>Where tensors live.</summary>
internal static class Devices
{
    /// <summary>Whether both are on one device.</summary>
    internal static bool AreOne(Tensor a, Tensor b) => a.device_type == b.device_type && a.device_index == b.device_index;
}
