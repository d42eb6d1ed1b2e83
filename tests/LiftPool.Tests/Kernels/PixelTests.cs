using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LiftPool.Kernels;

namespace LiftPool.Tests;

/// <summary>
/// Planes of every small size are read and written pixel by pixel as they lie, in pieces of every length, and nothing beyond their
/// ends is touched: on Linux pages that nobody may touch stand there, and a touch ends the process.
/// </summary>
public sealed unsafe class PixelTests
{
    private const int Widest = 16;
    private const int MostPixels = (3 * Widest) + 1;

    // A page is 4 KiB or, on some processors, 16 or 64.
    private const int Page = 64 << 10;

    public static TheoryData<string> Paths => KernelTests.Paths;

    [Theory]
    [MemberData(nameof(Paths))]
    public void Planes_are_read_and_written_to_their_ends_and_no_further(string path)
    {
        switch (path)
        {
            case "512":
                CheckAllFloats<Lanes512<float>>();
                CheckAll<Lanes512<double>, double>(StorageType.Float64);
                break;
            case "256":
                CheckAllFloats<Lanes256<float>>();
                CheckAll<Lanes256<double>, double>(StorageType.Float64);
                break;
            case "128":
                CheckAllFloats<Lanes128<float>>();
                CheckAll<Lanes128<double>, double>(StorageType.Float64);
                break;
            default:
                CheckAllFloats<LanesScalar<float>>();
                CheckAll<LanesScalar<double>, double>(StorageType.Float64);
                break;
        }
    }

    private static void CheckAllFloats<V>()
        where V : unmanaged, ILanes<V, float>
    {
        CheckAll<V, float>(StorageType.Float32);
        CheckAll<V, float>(StorageType.Float16);
        CheckAll<V, float>(StorageType.BFloat16);
    }

    private static void CheckAll<V, T>(StorageType storage)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        using var guarded = new Guarded();
        var random = new Random(3);
        for (var pixels = 1; pixels <= (3 * V.Count) + 1; pixels++)
        {
            foreach (var channelsLast in new[] { false, true })
            {
                foreach (var atEnd in new[] { false, true })
                {
                    var plane = guarded.Place(V.Count * pixels * Storages.Size(storage), atEnd);
                    var layout = channelsLast ? new PlaneLayout(V.Count, 1, pixels) : new PlaneLayout(1, pixels, pixels);
                    foreach (var split in new[] { false, true })
                    {
                        var pieces = Pieces(pixels, random);
                        CheckRead<V, T>(storage, plane, layout, pieces, split);
                        CheckWrite<V, T>(storage, plane, layout, pieces, split);
                    }
                }
            }
        }
    }

    private static void CheckRead<V, T>(StorageType storage, nint plane, PlaneLayout layout, int[] pieces, bool split)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        using var arena = new Arena();
        using var row = new Aligned(MostPixels * sizeof(V));
        using var other = new Aligned(MostPixels * sizeof(V));
        Fill<V, T>(storage, plane, layout);
        var reader = Storages.NewReader<V, T>(storage, arena);
        reader.Open(plane, layout, bytesAhead: pieces.Length % 2);
        var pixel = 0;
        foreach (var count in pieces)
        {
            var first = (V*)row.Address;
            var second = (V*)other.Address;
            if (split)
            {
                reader.ReadSplit(first, second, count);
            }
            else
            {
                reader.Read(first, count);
            }

            for (var i = 0; i < count; i++, pixel++)
            {
                var found = (T*)(!split ? first + i : i % 2 == 0 ? first + (i / 2) : second + (i / 2));
                for (var channel = 0; channel < V.Count; channel++)
                {
                    Number(found[channel]).Should().Be(Value(channel, pixel), "pixel {0} of {1}, channel {2}", pixel, layout, channel);
                }
            }
        }
    }

    private static void CheckWrite<V, T>(StorageType storage, nint plane, PlaneLayout layout, int[] pieces, bool split)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        using var arena = new Arena();
        using var row = new Aligned(MostPixels * sizeof(V));
        using var other = new Aligned(MostPixels * sizeof(V));
        new Span<byte>((void*)plane, V.Count * layout.Pixels * Storages.Size(storage)).Clear();
        var writer = Storages.NewWriter<V, T>(storage, arena);
        writer.Open(plane, layout, pastCaches: false);
        var pixel = 0;
        foreach (var count in pieces)
        {
            var first = (V*)row.Address;
            var second = (V*)other.Address;
            for (var i = 0; i < count; i++, pixel++)
            {
                var target = (T*)(!split ? first + i : i % 2 == 0 ? first + (i / 2) : second + (i / 2));
                for (var channel = 0; channel < V.Count; channel++)
                {
                    target[channel] = Of<T>(Value(channel, pixel));
                }
            }

            if (split)
            {
                writer.WriteMerged(first, second, count);
            }
            else
            {
                writer.Write(first, count);
            }
        }

        writer.Flush();
        for (var channel = 0; channel < V.Count; channel++)
        {
            for (pixel = 0; pixel < layout.Pixels; pixel++)
            {
                var found = Storages.ReadNumber(storage, plane + (((channel * layout.ChannelStride) + (pixel * layout.PixelStride)) * Storages.Size(storage)));
                found.Should().Be(Value(channel, pixel), "pixel {0} of {1}, channel {2}", pixel, layout, channel);
            }
        }
    }

    private static void Fill<V, T>(StorageType storage, nint plane, PlaneLayout layout)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        for (var channel = 0; channel < V.Count; channel++)
        {
            for (var pixel = 0; pixel < layout.Pixels; pixel++)
            {
                Storages.WriteNumber(storage, plane + (((channel * layout.ChannelStride) + (pixel * layout.PixelStride)) * Storages.Size(storage)), Value(channel, pixel));
            }
        }
    }

    /// <summary>Lengths of rows that come to so many pixels.</summary>
    private static int[] Pieces(int pixels, Random random)
    {
        List<int> pieces = [];
        for (var left = pixels; left > 0; left -= pieces[^1])
        {
            pieces.Add(random.Next(1, left + 1));
        }

        return [.. pieces];
    }

    // Whole numbers of which the widest vector and three tiles have none above 256, where bfloat16 ends.
    private static double Value(int channel, int pixel) => (pixel * 5) + channel + 1;

    private static T Of<T>(double value)
        where T : unmanaged
        => sizeof(T) == sizeof(float) ? Unsafe.BitCast<float, T>((float)value) : Unsafe.BitCast<double, T>(value);

    private static double Number<T>(T value)
        where T : unmanaged
        => sizeof(T) == sizeof(float) ? Unsafe.BitCast<T, float>(value) : Unsafe.BitCast<T, double>(value);

    /// <summary>Memory that a vector may be stored at.</summary>
    private sealed class Aligned(int bytes) : IDisposable
    {
        internal void* Address { get; } = NativeMemory.AlignedAlloc((nuint)bytes, 64);

        public void Dispose() => NativeMemory.AlignedFree(Address);
    }

    /// <summary>Memory between pages that nobody may touch; where there are none, plain memory.</summary>
    private sealed class Guarded : IDisposable
    {
        private const int Inner = 4 * Page;
        private const int NoAccess = 0;
        private const int ReadAndWrite = 3;
        private const int PrivateAnonymous = 0x22;

        private readonly nint memory;

        internal Guarded()
        {
            if (!OperatingSystem.IsLinux())
            {
                memory = (nint)NativeMemory.Alloc(Inner + (2 * Page));
                return;
            }

            memory = mmap(0, Inner + (2 * Page), NoAccess, PrivateAnonymous, -1, 0);
            memory.Should().NotBe(-1);
            mprotect(memory + Page, Inner, ReadAndWrite).Should().Be(0);
        }

        internal nint Place(int bytes, bool atEnd) => memory + Page + (atEnd ? Inner - bytes : 0);

        public void Dispose()
        {
            if (OperatingSystem.IsLinux())
            {
                munmap(memory, Inner + (2 * Page)).Should().Be(0);
            }
            else
            {
                NativeMemory.Free((void*)memory);
            }
        }

        [DllImport("libc")]
        private static extern nint mmap(nint address, nint length, int protection, int flags, int file, nint offset);

        [DllImport("libc")]
        private static extern int mprotect(nint address, nint length, int protection);

        [DllImport("libc")]
        private static extern int munmap(nint address, nint length);
    }
}
