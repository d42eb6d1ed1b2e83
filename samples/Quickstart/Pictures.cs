using TorchSharp;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>The two pictures: the bands of a photograph, and what comes back of it. Images are [1, 3, H, W] in 0..1.</summary>
internal static class Pictures
{
    /// <summary>What the detail is multiplied by to be seen.</summary>
    public const float DetailGain = 4;

    private const int Gap = 8;
    private const int Zoom = 4;

    private static readonly Scalar Gain = DetailGain;
    private static readonly Scalar MidGrey = 0.5f;

    /// <summary>
    /// The photograph beside its bands, in the order usual for wavelets: the smooth copy upper left, what is high along
    /// the row on the right, what is high down the column below. False if there was no font to write titles with.
    /// </summary>
    public static bool DrawBands(string file, Tensor photo, (Tensor LL, Tensor LH, Tensor HL, Tensor HH) bands)
    {
        using var scope = NewDisposeScope();
        using var sheet = new Sheet(columns: 2, Width(photo), Height(photo));
        sheet.Title(0, "A photograph", $"{Width(photo)} x {Height(photo)}");
        sheet.Image(0, photo, 0, 0);

        sheet.Title(1, "Its bands", $"{Width(bands.LL)} x {Height(bands.LL)} each");
        Tile(bands.LL, "LL", "smooth copy", right: false, below: false);
        Tile(Visible(bands.HL), "HL", "vertical edges", right: true, below: false);
        Tile(Visible(bands.LH), "LH", "horizontal edges", right: false, below: true);
        Tile(Visible(bands.HH), "HH", "diagonals", right: true, below: true);
        sheet.Note(1, "", $"LH, HL, HH: {DetailGain} x the detail, around mid-grey");
        sheet.Save(file);
        return sheet.HasFont;

        static Tensor Visible(Tensor detail) => detail.mul(Gain).add(MidGrey);

        // The right and lower tiles end where the photograph does; a pixel at the seam gives a thin line between them.
        void Tile(Tensor band, string name, string remark, bool right, bool below)
        {
            var inner = band.narrow(3, right ? 1 : 0, Width(band) - 1).narrow(2, below ? 1 : 0, Height(band) - 1);
            var x = right ? Width(photo) - Width(inner) : 0;
            var y = below ? Height(photo) - Height(inner) : 0;
            sheet.Image(1, inner, x, y);
            sheet.Label(1, name, remark, x, y + Height(inner), Width(inner));
        }
    }

    /// <summary>The photograph and what each pair of layers brings back, whole and in part, magnified.</summary>
    public static void DrawRoundTrip(string file, Tensor photo, Restored maxPool, Restored liftPool)
    {
        using var scope = NewDisposeScope();
        using var sheet = new Sheet(columns: 3, Width(photo), Height(photo) + Gap + (Zoom * Height(Part(photo))));
        Column(0, "Input", photo, "");
        sheet.Note(0, "", "values from 0 to 1");
        Column(1, "MaxPool2d + MaxUnpool2d", maxPool.Image, $"largest error {Error(maxPool)}");
        Column(2, "LiftDownPool2d + LiftUpPool2d", liftPool.Image, $"largest error {Error(liftPool)}");
        sheet.Save(file);

        void Column(int column, string title, Tensor image, string note)
        {
            sheet.Title(column, title);
            sheet.Image(column, image, 0, 0);
            sheet.Image(column, Part(image), 0, Height(photo) + Gap, Zoom);
            sheet.Note(column, note);
        }
    }

    /// <summary>An error on the scale 0..1 in a few characters.</summary>
    public static string Error(Restored restored) => restored.LargestError is >= 0.001 or 0
        ? $"{restored.LargestError:0.000}"
        : $"{restored.LargestError:0.0e-0}";

    // A little left of the middle and near the top is where portraits have their eyes.
    private static Tensor Part(Tensor image)
    {
        var width = Width(image) / Zoom;
        var height = Math.Min(width / 2, Height(image));
        var left = Math.Clamp((int)(0.43 * Width(image)) - (width / 2), 0, Width(image) - width);
        var top = Math.Clamp((int)(0.20 * Height(image)) - (height / 2), 0, Height(image) - height);
        return image.narrow(3, left, width).narrow(2, top, height);
    }

    private static int Width(Tensor image) => (int)image.size(3);

    private static int Height(Tensor image) => (int)image.size(2);
}
