namespace LiftPool.Surgery;

/// <summary>One surgery: find the pools, watch the example go through, make the lifts, and put them in.</summary>
internal sealed class Operation(Module model, Action example, LiftSurgeryOptions options)
{
    private readonly ModuleNames names = new(model);

    internal LiftSurgeryReport Run()
    {
        var sites = SiteFinder.Find(model, names, options);
        using var random = get_rng_state();
        try
        {
            new ExampleRun(model, names, example).Watch([.. sites.Where(site => site.IsOpen)]);
            var maker = new LiftMaker(names, options);
            foreach (var site in sites.Where(site => site.IsOpen))
            {
                maker.Make(site);
            }

            LiftSurgeryRow[] others = [.. OtherPools.In(names), .. FunctionalCalls.In(names, options)];
            LiftSurgeryReport report = new([.. sites.Select(Row), .. others]);
            if (options.Strict && report.Rows.Any(row => row.Outcome is LiftSurgeryOutcome.NotPossible or LiftSurgeryOutcome.NotKnown))
            {
                throw new InvalidOperationException($"LiftSurgery: not everything can be replaced, so nothing was changed.\n{report}");
            }

            PutIn([.. sites.Where(site => site.IsOpen)]);
            return report;
        }
        finally
        {
            set_rng_state(random);
            sites.ForEach(site => site.Dispose());
            DisposeUnused(sites);
        }
    }

    /// <summary>All, or none.</summary>
    private static void PutIn(PoolSite[] sites)
    {
        Stack<Action> undo = [];
        try
        {
            foreach (var site in sites)
            {
                site.Put(site.Lift!, undo);
            }
        }
        catch (Exception fault)
        {
            Undoing.Run(undo);
            throw new InvalidOperationException($"LiftSurgery: a lift could not be put in, so nothing was changed: {fault.Message}", fault);
        }

        // A lift that holds the pool itself calls it, and so its hooks.
        foreach (var site in sites.Where(site => !new ModuleNames(site.Lift!).Has(site.Pool)))
        {
            SharedHooks.Give((Module<Tensor, Tensor>)site.Pool, site.Lift!);
        }
    }

    // A part that the model has, a pool that Start put into something, say, is not its lift's to end.
    private void DisposeUnused(IReadOnlyList<PoolSite> sites)
    {
        var used = new ModuleNames(model);
        foreach (var lift in sites.Select(site => site.Given).OfType<Module>())
        {
            if (!new ModuleNames(lift).Modules.Any(used.Has))
            {
                lift.Dispose();
            }
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
