using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LiftPool;

// What .NET's users go through: names and tensors, in order.
[SuppressMessage("Naming", "CA1710", Justification = "It is data that can be gone through, and 'bands' is the plural already.")]
public sealed partial class LiftBands : IReadOnlyDictionary<string, Tensor>
{
    /// <summary>The number of bands: 2, 4 or 8.</summary>
    public int Count => bands.Length;

    /// <summary>The bands in the order of <see cref="Names"/>.</summary>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public IEnumerable<Tensor> Values
    {
        get
        {
            ThrowIfGone();
            return bands;
        }
    }

    IEnumerable<string> IReadOnlyDictionary<string, Tensor>.Keys => Names;

    /// <summary>Whether there is a band of that name.</summary>
    /// <param name="key">A name.</param>
    public bool ContainsKey(string key) => Names.Contains(key);

    /// <summary>The band of that name, if there is one.</summary>
    /// <param name="key">A name.</param>
    /// <param name="value">The band.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Tensor value)
    {
        value = ContainsKey(key) ? this[key] : null;
        return value is not null;
    }

    /// <summary>Goes through the bands and their names, in order.</summary>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator()
    {
        ThrowIfGone();
        return Names.Zip(bands, KeyValuePair.Create).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
