namespace LiftPool.Lifting;

/// <summary>Where tensors live.</summary>
internal static class Devices
{
    /// <summary>Whether both are on one device.</summary>
    internal static bool AreOne(Tensor a, Tensor b) => a.device_type == b.device_type && a.device_index == b.device_index;

    /// <summary>
    /// Lets a module that was just made note where its tensors are. TorchSharp's modules remember the device that they were last moved to,
    /// the CPU at first, and do nothing where they are told to go there: what was made elsewhere would stay behind.
    /// </summary>
    internal static void Note(Module module)
    {
        var tensors = module.parameters().Concat<Tensor>(module.buffers()).ToArray();

        // If they are in different places, a forward says so.
        if (tensors.Length > 0 && Array.TrueForAll(tensors, other => AreOne(tensors[0], other)))
        {
            module.to(tensors[0].device);
        }
    }
}
