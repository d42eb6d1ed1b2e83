using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LiftPool.Kernels;

/// <summary>
/// bfloat16 and float16 to float32, exactly, and back, rounded once to the nearest, of two equally near to the even one.
/// </summary>
/// <remarks>
/// Without instructions for float16, which .NET does not offer: F. Giesen, "float_to_half_fast3_rtne" and "half_to_float_fast5",
/// public domain, gist.github.com/rygorous.
/// </remarks>
internal static unsafe class HalfTypes
{
    internal static float FromBFloat16(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    internal static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)(float.IsNaN(value) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <param name="from">The elements.</param>
    /// <param name="to">What becomes of them.</param>
    /// <param name="count">1, or a multiple of 4.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LoadBFloat16(ushort* from, float* to, int count)
    {
        if (count == 1)
        {
            *to = FromBFloat16(*from);
            return;
        }

        for (var i = 0; i + 8 <= count; i += 8)
        {
            var bits = Vector128.Load(from + i);
            Vector256.Create(Vector128.WidenLower(bits), Vector128.WidenUpper(bits)).ShiftLeft16().Store(to + i);
        }

        if (count == 4)
        {
            (Four(from) << 16).AsSingle().Store(to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreBFloat16(float* from, ushort* to, int count)
    {
        if (count == 1)
        {
            *to = ToBFloat16(*from);
            return;
        }

        for (var i = 0; i + 8 <= count; i += 8)
        {
            var bits = Vector256.Load((uint*)from + i);
            var rounded = (bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256<uint>.One)) >>> 16;
            var isNumber = Vector256.Equals(bits.AsSingle(), bits.AsSingle()).AsUInt32();
            rounded = Vector256.ConditionalSelect(isNumber, rounded, (bits >>> 16) | Vector256.Create(0x40u));
            Vector128.Narrow(rounded.GetLower(), rounded.GetUpper()).Store(to + i);
        }

        if (count == 4)
        {
            for (var i = 0; i < 4; i++)
            {
                to[i] = ToBFloat16(from[i]);
            }
        }
    }

    /// <inheritdoc cref="LoadBFloat16"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LoadFloat16(ushort* from, float* to, int count)
    {
        for (var i = 0; i + 8 <= count; i += 8)
        {
            var narrow = Vector128.Load(from + i);
            var bits = Vector256.Create(Vector128.WidenLower(narrow), Vector128.WidenUpper(narrow));
            var magnitude = (bits & Vector256.Create(0x7FFFu)) << 13;

            // The exponents' biases differ by 112; numbers below the normal ones come right with it.
            var number = (magnitude.AsSingle() * Vector256.Create(BitConverter.UInt32BitsToSingle((127 + 112) << 23))).AsUInt32();
            var isFinite = Vector256.LessThan(magnitude, Vector256.Create(0x7C00u << 13));
            number = Vector256.ConditionalSelect(isFinite, number, magnitude | Vector256.Create(0x7F800000u));
            (number | ((bits & Vector256.Create(0x8000u)) << 16)).Store((uint*)to + i);
        }

        for (var i = 0; i < count && count < 8; i++)
        {
            to[i] = (float)((Half*)from)[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreFloat16(float* from, ushort* to, int count)
    {
        const uint FirstInfinite = (127 + 16) << 23;
        const uint FirstNormal = (127 - 14) << 23;

        // Added to it, a number below the normal ones has its digits where float16 has them, rounded; the upper 16 bits
        // go when the numbers are made narrow.
        const uint HalfPower = 126 << 23;
        for (var i = 0; i + 8 <= count; i += 8)
        {
            var bits = Vector256.Load((uint*)from + i);
            var sign = bits & Vector256.Create(0x80000000u);
            var magnitude = bits ^ sign;
            var toEven = (magnitude >>> 13) & Vector256<uint>.One;
            var normal = (magnitude + Vector256.Create(unchecked((uint)-112 << 23) + 0xFFF) + toEven) >>> 13;
            var small = (magnitude.AsSingle() + Vector256.Create(HalfPower).AsSingle()).AsUInt32();
            var special = Vector256.ConditionalSelect(
                Vector256.GreaterThan(magnitude, Vector256.Create(0x7F800000u)), Vector256.Create(0x7E00u), Vector256.Create(0x7C00u));
            var result = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(FirstNormal)), small, normal);
            var isFinite = Vector256.LessThan(magnitude, Vector256.Create(FirstInfinite));
            result = Vector256.ConditionalSelect(isFinite, result, special) | (sign >>> 16);
            Vector128.Narrow(result.GetLower(), result.GetUpper()).Store(to + i);
        }

        for (var i = 0; i < count && count < 8; i++)
        {
            ((Half*)to)[i] = (Half)from[i];
        }
    }

    private static Vector128<uint> Four(ushort* from)
        => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsUInt16());

    private static Vector256<float> ShiftLeft16(this Vector256<uint> bits) => (bits << 16).AsSingle();
}
