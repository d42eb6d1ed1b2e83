using System.Reflection;
using System.Reflection.Emit;

namespace LiftPool.Surgery;

/// <summary>The compiled code of a method, as far as its calls go.</summary>
internal static class Code
{
    private static readonly Dictionary<int, OpCode> Instructions = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    /// <summary>
    /// The methods that it calls or makes delegates of, as far as its code can be read: none where a runtime keeps none, as NativeAOT.
    /// </summary>
    internal static IReadOnlyList<MethodBase> CallsIn(MethodBase method)
    {
        List<MethodBase> calls = [];
        try
        {
            if (method.GetMethodBody()?.GetILAsByteArray() is { } code)
            {
                Read(method, code, calls);
            }
        }
        catch (Exception)
        {
            // It is for a list alone.
        }

        return calls;
    }

    private static void Read(MethodBase method, byte[] code, List<MethodBase> calls)
    {
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
                calls.Add(called);
            }

            at += operand == OperandType.InlineSwitch ? 4 + (4 * BitConverter.ToInt32(code, at)) : Length(operand);
        }
    }

    private static MethodBase? Resolve(MethodBase method, int token)
    {
        try
        {
            var ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
            return method.Module.ResolveMethod(token, ofType, method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception)
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
