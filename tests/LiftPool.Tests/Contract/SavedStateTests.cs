using System.Reflection;

namespace LiftPool.Tests;

/// <summary>
/// Files that the library wrote before its first release load after every change, strictly, into layers that answer as they did.
/// </summary>
/// <remarks>
/// <para>How <c>tests/reference/states</c> was made, once, at commit dd163e4: for each layer of <see cref="SavedStates"/> the generator
/// was seeded, the layer made in float64, a normal number of deviation 0.1 added to every parameter, and <c>Module.save</c> called.
/// <c>states.json.gz</c> holds the state dict's keys and <see cref="SavedStates.Values"/> as they were then.</para>
/// <para>The files are never written again: a test that fails here says that users' files no longer load, or mean something else.</para>
/// </remarks>
public class SavedStateTests
{
    private static readonly Dictionary<string, SavedState> Known
        = FixtureFile.Read<SavedStateFile>("states.json.gz").States.ToDictionary(state => state.Name);

    public static TheoryData<string> Names => [.. SavedStates.All.Select(state => state.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_saved_before_loads_strictly_and_gives_what_it_gave(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (_, make, axes) = SavedStates.All.Single(state => state.Name == name);
        using var module = make();
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".bin")!;

        module.load(file, strict: true);

        module.state_dict().Keys.Order(StringComparer.Ordinal).Should().Equal(Known[name].Keys.Order(StringComparer.Ordinal));
        SavedStates.Values(module, axes).ErrorTo(Known[name].Output.ToTensor(ScalarType.Float64)).Should().BeLessThan(1e-13);
    }

    [Fact]
    public void Each_file_has_a_layer_and_holds_what_a_new_layer_does_not()
    {
        Known.Keys.Should().BeEquivalentTo(SavedStates.All.Select(state => state.Name));
        foreach (var (name, make, axes) in SavedStates.All.Where(state => state.Name != "wavelet-fixed-2d"))
        {
            using var scope = NewDisposeScope();
            using var module = make();
            SavedStates.Values(module, axes).ErrorTo(Known[name].Output.ToTensor(ScalarType.Float64)).Should().BeGreaterThan(1e-3, name);
        }
    }

    private sealed record SavedStateFile(SavedState[] States);

    private sealed record SavedState(string Name, string[] Keys, FixtureTensor Output);
}
