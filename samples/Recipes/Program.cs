using System.Globalization;
using Quickstart;

namespace Recipes;

/// <summary>Runs the recipe that is named; docs/recipes.md shows them.</summary>
internal static class Program
{
    private static readonly Dictionary<string, Action<string[]>> All = new()
    {
        ["classifier"] = Classifier.Main,
        ["u-net"] = _ => UNet.Main(),
        ["segnet"] = _ => SegNet.Main(),
        ["autoencoder"] = Autoencoder.Main,
        ["ecg"] = _ => Ecg.Main(),
        ["volumes"] = _ => Volumes.Main(),
        ["denoising"] = Denoising.Main,
        ["lossless"] = Lossless.Main,
    };

    public static int Main(string[] args)
    {
        if (args is not [var name, .. var rest] || !All.TryGetValue(name, out var recipe))
        {
            Console.Error.WriteLine($"Which recipe? There are {string.Join(", ", All.Keys)}.");
            return 2;
        }

        NativeSettings.Apply();

        // Decimal points, as the page shows them.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        recipe(rest);
        return 0;
    }
}
