namespace Quickstart;

/// <summary>Where a program writes.</summary>
internal static class OutputFolder
{
    /// <summary>Makes the folder if it is not there, and tries it, before the long work whose results go there.</summary>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public static void Check(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var trial = new FileStream(
                Path.Combine(folder, Path.GetRandomFileName()),
                FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{folder}: nothing can be written there ({e.Message})", e);
        }
    }
}
