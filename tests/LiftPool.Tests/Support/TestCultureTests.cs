using System.Globalization;

namespace LiftPool.Tests;

/// <summary>A run under a culture is one: else it would pass whatever is written.</summary>
public sealed class TestCultureTests
{
    [Fact]
    public async Task The_culture_that_was_asked_for_is_every_threads()
    {
        var wanted = TestCulture.Wanted ?? CultureInfo.CurrentCulture.Name;
        var number = 0.5.ToString(CultureInfo.GetCultureInfo(wanted));

        Is();
        AnotherThread.Run(Is);
        await Task.Run(Is);

        void Is()
        {
            CultureInfo.CurrentCulture.Name.Should().Be(wanted);
            $"{0.5}".Should().Be(number);
        }
    }
}
