extern alias WaveletSample;

using Quickstart;
using SkiaSharp;
using WaveletSample::Wavelets;

namespace Experiments.Tests;

/// <summary>Pictures are read as a whole and upright, or not at all.</summary>
public sealed class PictureFileTests : IClassFixture<OneThread>, IDisposable
{
    private static readonly SKColor[] Corners = [SKColors.Red, SKColors.Lime, SKColors.Blue, SKColors.White];

    private readonly string folder = Directory.CreateTempSubdirectory("pictures-").FullName;

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_file_that_was_cut_off_gives_all_of_the_picture_or_an_error_with_its_name(SKEncodedImageFormat format)
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        SKColor[] noise = [.. Enumerable.Range(0, 40 * 24).Select(_ => new SKColor((uint)random.NextInt64(0x1000000) | 0xFF000000))];
        var bytes = PictureBytes.Encode(40, 24, noise, format, 80);
        var whole = Pixels(Photo.ReadScaled(Write("whole", bytes), _ => 1));
        var refused = 0;

        for (var length = 0; length < bytes.Length; length++)
        {
            var file = Write("cut", bytes[..length]);
            byte[]? got = null;
            try
            {
                got = Pixels(Photo.ReadScaled(file, _ => 1));
            }
            catch (InvalidDataException e)
            {
                e.Message.Should().StartWith(file).And.NotContain("\n");
                refused++;
            }

            got?.Should().Equal(whole, $"{length} of {bytes.Length} bytes are there");
        }

        refused.Should().BeGreaterThan(9 * bytes.Length / 10);
    }

    [Fact]
    public void Photographs_to_restore_are_whole()
    {
        using var scope = NewDisposeScope();
        SKColor[] pixels = [.. Enumerable.Range(0, 64 * 64).Select(i => new SKColor((byte)i, (byte)(i / 7), (byte)(i / 64)))];
        var png = PictureBytes.Encode(64, 64, pixels, SKEncodedImageFormat.Png, 100);
        Write("a.png", png);
        Write("b.png", png);
        var half = Write("c.png", png[..(png.Length / 2)]);

        var read = () => new PhotoSet(new Settings(folder, "photos", folder, 10, 10, 10, 1), seed: 1);

        read.Should().Throw<InvalidDataException>().Which.Message.Should().StartWith(half);
    }

    // Where the corners of the stored picture, 0 and 1 above 2 and 3, are when it is upright: EXIF 2.3, tag 274, says on which side
    // row 0 and column 0 belong. 6, for one, has row 0 on the right and column 0 on top.
    [Theory]
    [InlineData(1, 0, 1, 2, 3)]
    [InlineData(2, 1, 0, 3, 2)]
    [InlineData(3, 3, 2, 1, 0)]
    [InlineData(4, 2, 3, 0, 1)]
    [InlineData(5, 0, 2, 1, 3)]
    [InlineData(6, 2, 0, 3, 1)]
    [InlineData(7, 3, 1, 2, 0)]
    [InlineData(8, 1, 3, 0, 2)]
    public void Every_reader_turns_a_picture_as_its_EXIF_data_says(byte orientation, params int[] corners)
    {
        using var scope = NewDisposeScope();
        var (width, height) = (96, 64);
        SKColor[] stored =
        [
            .. from y in Enumerable.Range(0, height)
               from x in Enumerable.Range(0, width)
               select Corners[(2 * (2 * y / height)) + (2 * x / width)],
        ];
        var jpeg = PictureBytes.Encode(width, height, stored, SKEncodedImageFormat.Jpeg, 100);
        var file = Write("turned.jpg", PictureBytes.WithOrientation(jpeg, orientation));
        (int, int) size = orientation > 4 ? (height, width) : (width, height);
        SKColor[] expected = [.. corners.Select(corner => Corners[corner])];

        var image = PixelImage.Read(file);
        using var bitmap = Photo.ReadScaled(file, _ => 1);
        var grey = GreyPhoto.Read(file);

        (image.Width, image.Height).Should().Be(size);
        (bitmap.Width, bitmap.Height).Should().Be(size);
        (grey.size(3), grey.size(2)).Should().Be(((long)size.Item1, (long)size.Item2));
        ShouldBeNear(expected, (x, y) => new SKColor(Channel(x, y, 0), Channel(x, y, 1), Channel(x, y, 2)));
        ShouldBeNear(expected, bitmap.GetPixel);
        ShouldBeNear([.. expected.Select(Luma)], (x, y) => Level(grey[0, 0, y, x].item<float>()));

        byte Channel(int x, int y, int channel) => image.Pixels[(4 * ((y * image.Width) + x)) + channel];

        void ShouldBeNear(SKColor[] wanted, Func<int, int, SKColor> at)
        {
            for (var corner = 0; corner < 4; corner++)
            {
                // The middle of the quarter.
                var (x, y) = ((corner % 2 * size.Item1 / 2) + (size.Item1 / 4), (corner / 2 * size.Item2 / 2) + (size.Item2 / 4));
                var got = at(x, y);
                ((int)got.Red).Should().BeCloseTo(wanted[corner].Red, 3);
                ((int)got.Green).Should().BeCloseTo(wanted[corner].Green, 3);
                ((int)got.Blue).Should().BeCloseTo(wanted[corner].Blue, 3);
            }
        }
    }

    [Fact]
    public void An_animation_is_no_picture()
    {
        // A GIF of two colours: twice a frame of one pixel.
        byte[] start = [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 10, 20, 30, 40, 50, 60];
        byte[] frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        var still = Write("still.gif", [.. start, .. frame, 0x3B]);
        var moving = Write("moving.gif", [.. start, .. frame, .. frame, 0x3B]);

        PixelImage.Read(still).Pixels.Should().Equal(10, 20, 30, 255);
        var read = () => PixelImage.Read(moving);
        read.Should().Throw<InvalidDataException>().Which.Message.Should().StartWith($"{moving}: 2 pictures");
    }

    [Fact]
    public void Values_are_those_of_the_file_under_transparent_pixels_too()
    {
        var random = new Random(2);
        var samples = new byte[4 * 7 * 5];
        random.NextBytes(samples);
        for (var i = 3; i < samples.Length; i += 8)
        {
            samples[i] = 0;
        }

        PixelImage.Read(Write("clear.png", PictureBytes.Png(7, 5, 8, PictureBytes.ColourAndAlpha, samples))).Pixels.Should().Equal(samples);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static SKColor Luma(SKColor of) => Level(((0.299f * of.Red) + (0.587f * of.Green) + (0.114f * of.Blue)) / 255);

    private static SKColor Level(float grey)
    {
        var level = (byte)MathF.Round(255 * grey);
        return new SKColor(level, level, level);
    }

    private static byte[] Pixels(SKBitmap bitmap)
    {
        using (bitmap)
        {
            return bitmap.GetPixelSpan().ToArray();
        }
    }

    private string Write(string name, byte[] bytes)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
