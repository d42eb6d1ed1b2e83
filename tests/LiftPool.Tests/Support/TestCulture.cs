using System.Globalization;
using System.Runtime.CompilerServices;

namespace LiftPool.Tests;

/// <summary>
/// The culture that all tests run under, by the environment variable LIFTPOOL_TEST_CULTURE (<c>tr-TR</c>, <c>de-DE</c>): what the
/// library writes is the same under each. The machine's own would do too, but few have more than one installed for the C library.
/// </summary>
internal static class TestCulture
{
    internal const string Variable = "LIFTPOOL_TEST_CULTURE";

    /// <summary>Its name; null for the machine's own.</summary>
    internal static string? Wanted { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : null;

    /// <summary>Before anything of this assembly runs, on every thread that has no culture of its own.</summary>
    [ModuleInitializer]
    internal static void Set()
    {
        if (Wanted is { } name)
        {
            var culture = CultureInfo.GetCultureInfo(name);
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            (CultureInfo.DefaultThreadCurrentCulture, CultureInfo.DefaultThreadCurrentUICulture) = (culture, culture);
        }
    }
}
