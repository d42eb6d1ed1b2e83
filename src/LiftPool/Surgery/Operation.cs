namespace LiftPool.Surgery;

/// <summary>One surgery: find the pools, watch the example go through, make the lifts, and put them in.</summary>
internal sealed class Operation(Module model, Action example, LiftSurgeryOptions options)
{
    private readonly ModuleNames names = new(model);

    internal LiftSurgeryReport Run()
    {
        var sites = SiteFinder.Find(model, names, options);
        try
        {
            Watch([.. sites.Where(site => site.IsOpen)]);
            var maker = new LiftMaker(options);
            foreach (var site in sites.Where(site => site.IsOpen))
            {
                maker.Make(site);
            }

            LiftSurgeryRow[] others = [.. OtherPools.In(names), .. FunctionalCalls.In(names, options)];
            LiftSurgeryReport report = new([.. sites.Select(Row), .. others]);
            if (options.Strict && report.Rows.Any(row => row.Outcome == LiftSurgeryOutcome.NotPossible))
            {
                throw new InvalidOperationException($"LiftSurgery: not everything can be replaced, so nothing was changed.\n{report}");
            }

            foreach (var site in sites.Where(site => site.IsOpen))
            {
                SharedHooks.Give(site.Pool, site.Lift!);
                site.Put(site.Lift!);
            }

            return report;
        }
        finally
        {
            sites.ForEach(site => site.Dispose());
        }
    }

    private void Watch(PoolSite[] sites)
    {
        try
        {
            Pass(sites);
        }
        catch (Exception fault)
        {
            // The fault may be the example's own, or a pool's whose user wants its very type, for its indices.
            TryWithout(fault);
            foreach (var site in sites)
            {
                RefuseIfAlone(site);
            }

            Pass([.. sites.Where(site => site.IsOpen)]);
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

    private void TryWithout(Exception fault)
    {
        try
        {
            Pass([]);
        }
        catch (Exception own)
        {
            throw new ArgumentException($"LiftSurgery: expected an example that goes through the model, got: {own.Message}", fault);
        }
    }

    private void RefuseIfAlone(PoolSite site)
    {
        try
        {
            Pass([site]);
        }
        catch (Exception fault)
        {
            site.Refuse($"the model does not run with another module in its place: {fault.Message.Split('\n')[0]}");
        }
    }

    /// <summary>The example, with a probe in each place.</summary>
    private void Pass(PoolSite[] sites)
    {
        List<Action> undo = [];
        List<(PoolSite Site, PoolProbe Probe)> probes = [];
        try
        {
            foreach (var site in sites)
            {
                var probe = new PoolProbe(site);
                undo.Add(() =>
                {
                    site.Put(site.Pool);
                    probe.Dispose();
                });
                var hook = ((Module<Tensor, Tensor>)site.Pool).register_forward_pre_hook((Module _) => site.Calls++);
                undo.Add(hook.remove);
                site.Put(probe);
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
        finally
        {
            undo.ForEach(one => one());
        }
    }

    private static LiftSurgeryRow Row(PoolSite site) => new()
    {
        Name = site.Name,
        Was = PoolWindow.TextOf(site.Pool),
        Is = site.IsOpen ? site.Text : null,
        Channels = site.Channels,
        Outcome = site.Outcome,
        Why = site.Why,
        Difference = site.IsOpen ? site.Difference : null,
    };
}
