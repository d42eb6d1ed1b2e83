extern alias WaveletSample;

using System.Globalization;
using LiftPool;
using SkiaSharp;
using WaveletSample::Wavelets;

namespace Experiments.Tests;

/// <summary>What the wavelet sample codes, and how it says that it cannot.</summary>
public sealed class WaveletCommandTests : IClassFixture<OneThread>, IDisposable
{
    private const int Width = 41;
    private const int Height = 29;

    private readonly string folder = Directory.CreateTempSubdirectory("wavelets-").FullName;

    [Theory]
    [InlineData(PictureBytes.Grey, "grey", 1)]
    [InlineData(PictureBytes.Palette, "colour", 3)]
    [InlineData(PictureBytes.GreyAndAlpha, "grey + alpha", 2)]
    [InlineData(PictureBytes.Colour, "colour", 3)]
    [InlineData(PictureBytes.ColourAndAlpha, "colour + alpha", 4)]
    public async Task Lossless_codes_the_planes_that_a_picture_has_beside_a_PNG_of_the_same_kind(byte kind, string holds, int planes)
    {
        var palette = kind == PictureBytes.Palette ? Noise(3 * 256) : null;
        var png = PictureBytes.Png(Width, Height, 8, kind, Noise(Width * Height * SamplesOf(kind)), palette);
        File.WriteAllBytes(Path.Combine(folder, "picture.png"), png);

        var (code, output, errors) = await Programs.Run(WaveletCommands.Root(), "lossless", "--data", folder);

        // Noise: no PNG of another kind is as small.
        code.Should().Be(0);
        errors.Should().BeEmpty();
        output[1].Should().StartWith("picture.png").And.Contain($" {holds} ").And.EndWith(" yes");
        var numbers = output[1].Split(holds)[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Number(numbers[0]).Should().Be(planes * Width * Height);
        Number(numbers[1]).Should().BeInRange(png.Length - 60, png.Length);

        static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Every_kind_comes_back_bit_for_bit(bool hasColour, bool hasAlpha)
    {
        var pixels = Noise(4 * Width * Height);
        for (var i = 0; i < pixels.Length; i += 4)
        {
            (pixels[i + 1], pixels[i + 2]) = hasColour ? (pixels[i + 1], pixels[i + 2]) : (pixels[i], pixels[i]);
            pixels[i + 3] = hasAlpha ? pixels[i + 3] : byte.MaxValue;
        }

        var image = new PixelImage(Width, Height, pixels);
        var kind = image.Kind();

        kind.Should().Be(new PixelKind(hasColour, hasAlpha));
        var back = LosslessCodec.Decode(LosslessCodec.Encode(image, kind, Wavelet.Cdf53, levels: 3));
        (back.Width, back.Height).Should().Be((Width, Height));
        back.Pixels.Should().Equal(pixels);
    }

    [Theory]
    [InlineData(PictureBytes.Grey)]
    [InlineData(PictureBytes.Colour)]
    public async Task Sixteen_bits_are_refused_and_not_halved(byte kind)
    {
        var file = Path.Combine(folder, "deep.png");
        File.WriteAllBytes(file, PictureBytes.Png(Width, Height, 16, kind, Noise(2 * SamplesOf(kind) * Width * Height)));

        await ShouldSayInOneLine($"{file}: 16 bits", "lossless", "--data", folder);
    }

    [Theory]
    [InlineData("lossless", "--data")]
    [InlineData("pyramid", "--image")]
    public async Task More_pixels_than_can_be_held_are_refused(string command, string option)
    {
        var file = Path.Combine(folder, "large.png");
        File.WriteAllBytes(file, PictureBytes.Png(40000, 13500, 8, PictureBytes.Colour, new byte[3 * 40000]));

        await ShouldSayInOneLine($"{file}: 40000 x 13500", [command, option, option == "--data" ? folder : file, .. Output(command)]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 9)]
    [InlineData(2, 2)]
    public async Task Levels_end_where_nothing_is_left_to_be_halved(int width, int height)
    {
        var png = PictureBytes.Png(width, height, 8, PictureBytes.Colour, Noise(3 * width * height));
        File.WriteAllBytes(Path.Combine(folder, "small.png"), png);

        string[] args = ["lossless", "--levels", "30", "--wavelet", "D4", "--data", folder];
        var (code, output, errors) = await Programs.Run(WaveletCommands.Root(), args);

        errors.Should().BeEmpty();
        (code, output[^1][^3..]).Should().Be((0, "yes"));
    }

    [Theory]
    [InlineData("3", false)]
    [InlineData("4", true)]
    public async Task A_pyramid_says_that_it_has_fewer_levels_than_were_asked_for(string levels, bool says)
    {
        var image = Path.Combine(folder, "small.png");
        File.WriteAllBytes(image, PictureBytes.Png(21, 11, 8, PictureBytes.Colour, Noise(3 * 21 * 11)));

        string[] args = ["pyramid", "--image", image, "--levels", levels, .. Output("pyramid")];
        var (code, output, _) = await Programs.Run(WaveletCommands.Root(), args);

        code.Should().Be(0);
        output.Contains("4 levels do not fit: the shorter side of 21 x 11 can be halved 3 times.").Should().Be(says);
        output.Should().Contain(line => line.EndsWith("levels: 3"));
    }

    [Fact]
    public async Task What_cannot_be_read_or_written_is_one_line()
    {
        SKColor[] pixels = [.. Enumerable.Range(0, 64).Select(i => new SKColor((byte)(3 * i), (byte)i, (byte)(i * i)))];
        var png = PictureBytes.Encode(8, 8, pixels, SKEncodedImageFormat.Png, 100);
        var (whole, half, text) = (Path.Combine(folder, "a.png"), Path.Combine(folder, "half.png"), Path.Combine(folder, "text.png"));
        File.WriteAllBytes(whole, png);
        File.WriteAllBytes(half, png[..(png.Length / 2)]);
        File.WriteAllText(text, "no picture");
        var picture = Path.Combine(folder, "picture");
        var missing = Path.Combine(folder, "missing", "pyramid.png");

        await ShouldSayInOneLine(half, "pyramid", "--image", half, "--output", picture);
        await ShouldSayInOneLine(text, "pyramid", "--image", text, "--output", picture);
        await ShouldSayInOneLine(missing, "pyramid", "--image", missing, "--output", picture);
        await ShouldSayInOneLine(missing, "pyramid", "--image", whole, "--output", missing);
        await ShouldSayInOneLine(folder, "pyramid", "--image", whole, "--output", folder);
        await ShouldSayInOneLine(half, "lossless", "--data", folder);
        await ShouldSayInOneLine("--levels", "lossless", "--data", folder, "--levels", "2000000000");
        await ShouldSayInOneLine("--levels", "pyramid", "--image", whole, "--levels", "0");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static int SamplesOf(byte kind) => kind switch
    {
        PictureBytes.Colour => 3,
        PictureBytes.GreyAndAlpha => 2,
        PictureBytes.ColourAndAlpha => 4,
        _ => 1,
    };

    private static byte[] Noise(int count)
    {
        var noise = new byte[count];
        new Random(1).NextBytes(noise);
        return noise;
    }

    private static async Task ShouldSayInOneLine(string what, params string[] args)
    {
        var (code, _, errors) = await Programs.Run(WaveletCommands.Root(), args);

        errors.Should().ContainSingle().Which.Should().Contain(what);
        code.Should().Be(2);
    }

    private string[] Output(string command) => command == "pyramid" ? ["--output", Path.Combine(folder, "pyramid.out")] : [];
}
