using System.Text.Json;
using Experiments;
using Quickstart;

namespace LiftPool.Tests.PyTorch;

/// <summary>What samples/PyTorch/classify.py and segment.py train is what samples/Experiments has by the same names.</summary>
public class FormTests
{
    private const int Count = 2000;
    private const int Seed = 5;

    private static readonly int[] Channels = [16, 32, 64];
    private static readonly int[] Levels = [2, 3];

    private static readonly string Pools = $"""
        import json
        from classify import FORMS
        count = lambda pool: sum(weight.numel() for weight in pool.parameters())
        print(json.dumps([[name, [count(form(c)) for c in [{string.Join(", ", Channels)}]]] for name, form in FORMS.items()]))
        """;

    private static readonly string Networks = $"""
        import json
        from segment import PAIRS, SegNet
        count = lambda network: sum(weight.numel() for weight in network.parameters())
        print(json.dumps([[name, [count(SegNet(name, levels - 1)) for levels in [{string.Join(", ", Levels)}]]] for name in PAIRS]))
        """;

    private static readonly string Composed = $"""
        import json, sys, torch
        from segment import Composer, NAMES
        from training import fashion
        garments = fashion(sys.argv[1], 10**6, {Seed}, 0)[0]
        images, labels = Composer(garments, {Seed}).scenes({Count})
        shares = torch.bincount(labels.flatten().long(), minlength=len(NAMES)) / labels.numel()
        print(json.dumps([images.mean().item(), images.std().item(), *shares.tolist()]))
        """;

    [PythonFact]
    public void Each_pool_has_as_many_parameters_here() => Compare(Pools, PoolChoices.All, choice => choice.Name, choice => Channels.Select(choice.New));

    [PythonFact]
    public void Each_network_of_pairs_has_as_many_parameters_here()
        => Compare(Networks, PairChoice.All, choice => choice.Name, choice => Levels.Select(levels => new SegNet(Scenes.Classes, choice, levels)));

    [PythonFact]
    public void Scenes_are_alike()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "data", "fashion-mnist");
        using var scope = NewDisposeScope();
        var train = new FashionMnist(folder).Train;
        var garments = new Garments(
            train.Images.contiguous().data<float>().ToArray(), train.Labels.to(ScalarType.Byte).data<byte>().ToArray(), (int)train.Images.size(2));

        var (pixels, labels) = Scenes.Compose(garments, Count, Seed);
        var there = JsonSerializer.Deserialize<double[]>(Python.Run("-c", Composed, folder))!;

        // Other draws of the same. Ten of Python's lie 0.007 apart at most.
        var mean = pixels.Average();
        var deviation = Math.Sqrt(pixels.Average(value => (value - mean) * (value - mean)));
        var shares = Enumerable.Range(0, Scenes.Classes).Select(label => (double)labels.Count(one => one == label) / labels.Length);
        double[] here = [mean, deviation, .. shares];
        here.Should().HaveSameCount(there);
        here.Zip(there).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 0.01);
    }

    private static void Compare<T>(string script, IEnumerable<T> choices, Func<T, string> name, Func<T, IEnumerable<nn.Module>> make)
    {
        var forms = JsonSerializer.Deserialize<JsonElement[][]>(Python.Run("-c", script))!;

        forms.Should().HaveCountGreaterThan(5);
        foreach (var form in forms)
        {
            var twin = choices.Where(choice => name(choice) == form[0].GetString()).Should().ContainSingle("{0} is trained here too", form[0]).Subject;
            make(twin).Select(ParametersOf).Should().Equal(form[1].Deserialize<long[]>(), "of {0}", form[0]);
        }
    }

    private static long ParametersOf(nn.Module made)
    {
        using (made)
        {
            return made.parameters().Sum(parameter => parameter.numel());
        }
    }
}
