namespace LiftPool.Surgery;

/// <summary>Lets the example go through the model with a probe in the place of each pool, and judges the pools by what came.</summary>
internal sealed class ExampleRun(Module model, ModuleNames names, Action example)
{
    /// <exception cref="ArgumentException">The example does not go through the model as it is.</exception>
    internal void Watch(PoolSite[] sites)
    {
        if (Fault(sites) is { } fault)
        {
            // It may be the example's own, or a pool's whose user wants its very type, for its indices.
            if (Fault([]) is { } own)
            {
                throw new ArgumentException($"LiftSurgery: expected an example that goes through the model, got: {own.Message}", fault);
            }

            foreach (var site in sites)
            {
                RefuseIfFault("the model does not run with another module in its place", site);
            }

            RefuseIfFault("the model does not run with other modules in all these places", [.. sites.Where(site => site.IsOpen)]);
        }

        foreach (var site in sites.Where(site => site.IsOpen))
        {
            if (site.Calls > site.KnownCalls)
            {
                site.Refuse("it is called through a reference that was not found");
            }
            else if (site.KnownCalls == 0)
            {
                site.Refuse("the example does not come there");
            }
            else if (site.Inputs.Select(input => (input.dtype, input.device.ToString())).Distinct().Count() > 1)
            {
                site.Refuse("values of different types or devices come there");
            }
        }
    }

    private void RefuseIfFault(string what, params PoolSite[] sites)
    {
        if (Fault(sites) is { } fault)
        {
            Array.ForEach(sites, site => site.Refuse($"{what}: {fault.Message.Split('\n')[0]}"));
        }
    }

    /// <exception cref="AggregateException">Not everything could be put back.</exception>
    private Exception? Fault(PoolSite[] sites)
    {
        Stack<Action> undo = [];
        try
        {
            Pass(sites, undo);
            return null;
        }
        catch (Exception fault)
        {
            return fault;
        }
        finally
        {
            Undoing.Run(undo);
        }
    }

    /// <summary>The example, with a probe in each place.</summary>
    private void Pass(PoolSite[] sites, Stack<Action> undo)
    {
        List<(PoolSite Site, PoolProbe Probe)> probes = [];
        foreach (var site in sites)
        {
            site.Forget();
            var probe = new PoolProbe(site);
            undo.Push(probe.Dispose);
            undo.Push(((Module<Tensor, Tensor>)site.Pool).register_forward_pre_hook((Module _) => site.Calls++).remove);
            site.Put(probe, undo);
            probes.Add((site, probe));
        }

        // Where a field takes a lift and the registration does not, its weights would be neither trained nor saved.
        var registered = new ModuleNames(model);
        foreach (var (site, _) in probes.Where(one => !registered.Has(one.Probe)))
        {
            site.Refuse("its registration in TorchSharp's module was not found");
        }

        QuietPass.Run(names, example);
    }
}
