namespace LiftPool.Tests;

/// <summary>
/// What loading a damaged file does to LiftPool's layers, beside what it does to TorchSharp's own: both load with TorchSharp's
/// <c>Module.load</c>, which puts one parameter after the other in place.
/// </summary>
internal static class StateFileTable
{
    /// <summary>The test assembly's argument.</summary>
    internal const string Argument = "files";

    /// <summary>The argument before a model's name for <see cref="FlippedNotStrictly"/>.</summary>
    internal const string FlippedArgument = "flipped-files";

    private const string Flipped = "first or last bit flipped, of every byte";

    private static readonly Func<Module>[] Models =
    [
        () => nn.Conv2d(2, 2, 3, padding: 1),
        () => new LiftDownPool2d(2, kernel_size: 3, bias: true),
        () => new LiftUpPool2d(2),
    ];

    private static readonly bool[] Strictness = [true, false];
    private static readonly int[] Bits = [0, 7];
    private static readonly string[] Names = ["Conv2d", "LiftDownPool2d", "LiftUpPool2d"];

    /// <summary>
    /// A bit flipped anywhere and the file not loaded strictly: there TorchSharp's reader may itself crash, or read for minutes, whatever
    /// layer it reads for. So this is nobody's test; it shows that a convolution fares no better.
    /// </summary>
    internal static string FlippedNotStrictly(string name)
    {
        var i = Array.IndexOf(Names, name);
        return Outcomes(i, Flips(Saved(Models[i], seed: 2)), strict: false);
    }

    internal static string Markdown()
    {
        var lines = new List<string> { $"| file | strict | {string.Join(" | ", Names)} |", $"|---|---|{string.Concat(Names.Select(_ => "---|"))}" };
        foreach (var (what, damaged) in Damages())
        {
            foreach (var strict in Strictness.Where(strict => strict || what != Flipped))
            {
                var cells = Models.Select((_, i) => Outcomes(i, damaged(i), strict));
                lines.Add($"| {what} | {(strict ? "yes" : "no")} | {string.Join(" | ", cells)} |");
            }
        }

        return string.Join('\n', lines);
    }

    private static IEnumerable<(string What, Func<int, IEnumerable<byte[]>> Files)> Damages()
    {
        yield return ("cut off, at every byte", i => Cuts(Saved(Models[i], seed: 2)));
        yield return (Flipped, i => Flips(Saved(Models[i], seed: 2)));
        yield return ("of each other model", i => Models.Index().Where(other => other.Index != i).Select(other => Saved(other.Item, seed: 2)));
        yield return ("of other sizes", i => [Saved(() => Larger(i), seed: 2)]);
        yield return ("empty", _ => [[]]);
    }

    private static Module Larger(int i) => i switch
    {
        0 => nn.Conv2d(3, 3, 3, padding: 1),
        1 => new LiftDownPool2d(3, kernel_size: 3, bias: true),
        _ => new LiftUpPool2d(3),
    };

    private static byte[] Saved(Func<Module> make, int seed)
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        using var module = New(make, seed);
        module.save(stream);
        return stream.ToArray();
    }

    private static Module New(Func<Module> make, int seed)
    {
        manual_seed(seed);
        return make();
    }

    private static IEnumerable<byte[]> Cuts(byte[] file) => Enumerable.Range(0, file.Length).Select(length => file[..length]);

    private static IEnumerable<byte[]> Flips(byte[] file)
        => from place in Enumerable.Range(0, file.Length)
           from bit in Bits
           select file.Select((value, i) => i == place ? (byte)(value ^ (1 << bit)) : value).ToArray();

    /// <summary>What is thrown, and what the module is then; it has to compute after every one.</summary>
    private static string Outcomes(int model, IEnumerable<byte[]> files, bool strict)
    {
        var outcomes = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            using var scope = NewDisposeScope();
            using var module = New(Models[model], seed: 1);
            var before = module.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
            var thrown = "no exception";
            try
            {
                using var stream = new MemoryStream(file);
                module.load(stream, strict);
            }
            catch (Exception error)
            {
                thrown = error.GetType().Name;
            }

            var state = module.state_dict();
            var changed = state.Count(entry => !entry.Value.IsExactly(before[entry.Key]));
            var now = changed == 0 ? "as it was" : changed < state.Count ? "partly loaded" : "loaded";
            outcomes.TryAdd(thrown, new(StringComparer.Ordinal));
            outcomes[thrown].Add(Serves(module, before) ? now : "does NOT serve");
        }

        return string.Join("; ", outcomes.Select(one => $"{one.Key}: {string.Join(" or ", one.Value)}"));
    }

    private static bool Serves(Module module, Dictionary<string, Tensor> before)
    {
        module.load_state_dict(before);
        using var x = ones(1, 2, 8, 8);
        var y = module is LiftUpPool2d up ? up.forward(new LiftBands([x, x, x, x])) : ((Module<Tensor, Tensor>)module).forward(x);
        return module.parameters().All(weight => weight.requires_grad && weight.dtype == ScalarType.Float32) && y.isfinite().all().item<bool>();
    }
}
