using System.Globalization;
using System.Reflection;
using Xunit.Sdk;

namespace LiftPool.Tests;

/// <summary>
/// Before each test the generator that weights and samples are drawn from starts anew: xunit runs classes in another order each
/// time, and what one left would be the next one's numbers. Another seed by the environment variable LIFTPOOL_TEST_SEED.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class SeededAttribute : BeforeAfterTestAttribute
{
    private static readonly long Seed
        = long.Parse(Environment.GetEnvironmentVariable("LIFTPOOL_TEST_SEED") ?? "1", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest) => manual_seed(Seed);
}
