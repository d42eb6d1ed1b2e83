namespace Wavelets;

/// <summary>
/// What a picture's pixels hold, whatever its file could: one plane of grey or three of colour, and one of alpha if any is not opaque.
/// </summary>
internal readonly record struct PixelKind(bool HasColour, bool HasAlpha)
{
    public int ColourPlanes => HasColour ? 3 : 1;

    public int Planes => ColourPlanes + (HasAlpha ? 1 : 0);

    public override string ToString() => $"{(HasColour ? "colour" : "grey")}{(HasAlpha ? " + alpha" : "")}";
}
