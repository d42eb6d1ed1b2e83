using System.Reflection;
using System.Reflection.Emit;

namespace LiftPool.Surgery;

/// <summary>The compiled code of a method, as far as its calls go.</summary>
internal static class Code
{
    private static readonly Dictionary<int, OpCode> Instructions = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    /// <summary>The methods that it calls or makes delegates of. None where a runtime keeps no code to read, as NativeAOT's.</summary>
    internal static IEnumerable<MethodBase> CallsIn(MethodBase method)
    {
        if (BodyOf(method) is not { } code)
        {
            yield break;
        }

        var at = 0;
        while (at < code.Length)
        {
            int value = code[at++];
            if (value == 0xFE)
            {
                value = 0xFE00 | code[at++];
            }

            var operand = Instructions[value].OperandType;
            if (operand == OperandType.InlineMethod && Resolve(method, BitConverter.ToInt32(code, at)) is { } called)
            {
                yield return called;
            }

            at += operand == OperandType.InlineSwitch ? 4 + (4 * BitConverter.ToInt32(code, at)) : Length(operand);
        }
    }

    private static byte[]? BodyOf(MethodBase method)
    {
        try
        {
            return method.GetMethodBody()?.GetILAsByteArray();
        }
        catch (Exception fault) when (fault is NotSupportedException or InvalidOperationException)
        {
            return null;
        }
    }

    private static MethodBase? Resolve(MethodBase method, int token)
    {
        try
        {
            var ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
            return method.Module.ResolveMethod(token, ofType, method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception fault) when (fault is ArgumentException or FileNotFoundException or TypeLoadException or MissingMemberException)
        {
            // Of an assembly that is not there: no call of TorchSharp's.
            return null;
        }
    }

    private static int Length(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
