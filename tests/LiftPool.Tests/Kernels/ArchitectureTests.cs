using System.Reflection;
using NetArchTest.Rules;

namespace LiftPool.Tests;

/// <summary>
/// The rooms of the library and the arrows between them, docs/design.md, over the compiled code of every method:
/// the public types use Calls, Calls uses Lifting and Kernels, and nothing goes back.
/// </summary>
public class ArchitectureTests
{
    private const string Calls = "LiftPool.Calls";
    private const string Lifting = "LiftPool.Lifting";
    private const string Kernels = "LiftPool.Kernels";

    private static readonly Assembly Library = typeof(LiftDownPool2d).Assembly;

    // What is no enum is a class that does something.
    private static readonly string[] PublicClasses = [.. Library.GetExportedTypes().Where(type => !type.IsEnum).Select(type => type.FullName!)];

    [Fact]
    public void Lifting_is_mathematics_on_tensors_alone()
    {
        Uses(Lifting, Calls, Kernels).Should().BeEmpty();
        Uses(Lifting, [.. PublicClasses]).Should().BeEmpty();
    }

    [Fact]
    public void Kernels_know_numbers_and_addresses_alone()
    {
        Uses(Kernels, Calls, Lifting, "TorchSharp").Should().BeEmpty();
        Uses(Kernels, [.. PublicClasses]).Should().BeEmpty();
    }

    [Fact]
    public void Calls_has_no_need_of_the_public_types() => Uses(Calls, [.. PublicClasses]).Should().BeEmpty();

    [Fact]
    public void Calls_is_used_by_the_public_types_alone()
    {
        Types.InAssembly(Library).That().HaveDependencyOnAny(Calls).And().DoNotResideInNamespace(Calls)
            .GetTypes().Select(type => type.ReflectionType).Where(type => type.Namespace != nameof(LiftPool))
            .Should().BeEmpty();
    }

    [Fact]
    public void Surgery_is_made_of_the_public_types() => Uses("LiftPool.Surgery", Calls, Kernels).Should().BeEmpty();

    // Else the tests above would find nothing whatever there was.
    [Fact]
    public void The_arrows_that_there_are_are_seen()
    {
        Uses(Calls, Kernels).Should().NotBeEmpty();
        Uses(Calls, Lifting).Should().NotBeEmpty();
        Uses("LiftPool.Surgery", [.. PublicClasses]).Should().NotBeEmpty();
        Uses(Lifting, "TorchSharp").Should().NotBeEmpty();
    }

    private static string[] Uses(string room, params string[] others)
        => [.. Types.InAssembly(Library).That().ResideInNamespace(room).And().HaveDependencyOnAny(others).GetTypes().Select(type => type.FullName)];
}
