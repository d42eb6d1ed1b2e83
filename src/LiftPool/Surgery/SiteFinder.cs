namespace LiftPool.Surgery;

/// <summary>The pools of a model that are in question, and of each what can be said before the example runs.</summary>
internal static class SiteFinder
{
    internal static List<PoolSite> Find(Module model, ModuleNames names, LiftSurgeryOptions options)
    {
        var places = ReferenceWalk.From(model, module => IsAsked(module, options), names.Has);
        var sites = new List<PoolSite>();
        foreach (var pool in names.Modules.Where(module => IsAsked(module, options)))
        {
            var site = new PoolSite(pool, names.TextOf(pool), PoolWindow.Of(pool)!, places.GetValueOrDefault(pool) ?? []);
            Judge(site, names.NamesOf(pool), options);
            sites.Add(site);
        }

        foreach (var (pool, slots) in places.Where(place => !names.Has(place.Key)))
        {
            var site = new PoolSite(pool, slots[0].Text.Split(' ')[0], PoolWindow.Of(pool)!, slots);
            Judge(site, [site.Name], options);
            if (site.IsOpen)
            {
                site.Refuse("not registered, so a lift's weights would be neither trained nor saved: hold it in a ModuleList, or in "
                    + "a field of a module that calls RegisterComponents");
            }

            sites.Add(site);
        }

        return sites;
    }

    private static bool IsAsked(Module module, LiftSurgeryOptions options) => PoolWindow.Of(module)?.Kind switch
    {
        PoolKind.Max => true,
        PoolKind.Mean => options.AveragePools,
        PoolKind.Convolution => options.StridedConvolutions && ((Convolution)module).stride.Any(stride => stride != 1),
        _ => false,
    };

    private static void Judge(PoolSite site, IReadOnlyList<string> names, LiftSurgeryOptions options)
    {
        (site.Counterpart, var why) = Counterpart.Of(site.Window);
        if (options.Where is { } isChosen && !names.Any(name => isChosen(name, site.Pool)))
        {
            site.Keep("not chosen");
        }
        else if (site.Window.Stride.All(stride => stride == 1))
        {
            site.Keep(why!);
        }
        else if (why is not null)
        {
            site.Refuse(why);
        }
        else if (site.Slots.FirstOrDefault(slot => !slot.TakesAnyPool) is { } narrow)
        {
            site.Refuse(narrow.Text);
        }
    }
}
