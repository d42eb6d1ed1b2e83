using System.Text.Json;
using Experiments;

namespace LiftPool.Tests.PyTorch;

/// <summary>The pools that samples/PyTorch/classify.py trains are those of samples/Experiments, by the same names.</summary>
public class FormTests
{
    private static readonly int[] Channels = [16, 32, 64];

    private static readonly string Script = $"""
        import json
        from classify import FORMS
        count = lambda pool: sum(weight.numel() for weight in pool.parameters())
        print(json.dumps([[name, [count(form(c)) for c in [{string.Join(", ", Channels)}]]] for name, form in FORMS.items()]))
        """;

    [PythonFact]
    public void Each_has_as_many_parameters_here()
    {
        var forms = JsonSerializer.Deserialize<JsonElement[][]>(Python.Run("-c", Script))!;

        forms.Should().HaveCountGreaterThan(20);
        foreach (var form in forms)
        {
            var name = form[0].GetString();
            var twin = PoolChoices.All.Where(choice => choice.Name == name).Should().ContainSingle("{0} is trained here too", name).Subject;
            Channels.Select(channels => ParametersOf(twin, channels)).Should().Equal(form[1].Deserialize<long[]>(), "of {0}", name);
        }
    }

    private static long ParametersOf(PoolChoice choice, int channels)
    {
        using var pool = choice.New(channels);
        return pool.parameters().Sum(parameter => parameter.numel());
    }
}
