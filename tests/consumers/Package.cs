// What the packages carry: `dotnet run Package.cs -- REPOSITORY LiftPool.0.1.0.nupkg ...`, the symbols beside each.
// Says what is wrong, or what is there.
using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

var wrong = new List<string>();
var found = args[1..].Select(path => new Package(args[0], path, wrong).Read()).ToList();
Console.WriteLine(string.Join("; ", wrong.Count > 0 ? wrong : found));
return wrong.Count;

internal sealed class Package(string repository, string path, List<string> wrong)
{
    private const string BuildFiles = "buildTransitive/net10.0/";

    private readonly Dictionary<string, byte[]> files = Unzip(path);
    private readonly Dictionary<string, byte[]> symbols = Unzip(Path.ChangeExtension(path, ".snupkg"));

    public string Read()
    {
        string[] wanted =
            ["icon.png", "README.md", "LICENSE", "lib/net10.0/LiftPool.dll", "lib/net10.0/LiftPool.xml", $"{BuildFiles}LiftPool.targets"];
        var missing = wanted.Where(file => !files.ContainsKey(file)).ToList();
        Check(missing.Count == 0, $"{string.Join(", ", missing)} not there");
        if (missing.Count > 0)
        {
            return "";
        }

        ReadBuildFiles();
        var types = ReadComments();
        var address = ReadNuspec(out var commit);
        ReadReadme(address, commit);
        var sources = ReadSymbols(address, commit);

        var here = Encoding.UTF8.GetBytes(repository);
        var naming = files.Concat(symbols).Where(file => file.Value.AsSpan().IndexOf(here) >= 0).Select(file => file.Key).ToList();
        Check(naming.Count == 0, $"{string.Join(", ", naming)} names {repository}");
        return $"{types} types with their comments, {sources} sources as /_/, {(address == "" ? "no address" : address)}";
    }

    private void ReadBuildFiles()
    {
        foreach (var file in files.Keys.Where(file => file.StartsWith("build", StringComparison.Ordinal)))
        {
            Check(file.StartsWith(BuildFiles, StringComparison.Ordinal), $"{file} makes every framework look compatible");
            foreach (Match other in Regex.Matches(Text(file), @"\$\(MSBuildThisFileDirectory\)([^""<]+)"))
            {
                Check(files.ContainsKey(BuildFiles + other.Groups[1].Value), $"{file} asks for {other.Groups[1]}, which is not there");
            }
        }
    }

    // Each public type has a comment that an editor can show.
    private int ReadComments()
    {
        var comments = Regex.Matches(Text("lib/net10.0/LiftPool.xml"), @"<member name=""T:([^""]+)"">\s*<summary>\s*\S")
            .Select(match => match.Groups[1].Value).ToHashSet();
        using var library = new PEReader(new MemoryStream(files["lib/net10.0/LiftPool.dll"]));
        var reader = library.GetMetadataReader();
        var types = reader.TypeDefinitions.Select(reader.GetTypeDefinition)
            .Where(type => (type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public)
            .Select(type => $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}").ToList();
        var silent = types.Where(type => !comments.Contains(type)).ToList();
        Check(types.Count > 0, "LiftPool.dll has no public types");
        Check(silent.Count == 0, $"LiftPool.xml says nothing of {silent.Count} of {types.Count} types, as {silent.FirstOrDefault()}");
        return types.Count;
    }

    private string ReadNuspec(out string commit)
    {
        var nuspec = Text("LiftPool.nuspec");
        Check(nuspec.Contains("<icon>icon.png</icon>"), "the nuspec names no icon");
        Check(nuspec.Contains("<license type=\"expression\">MIT</license>"), "the nuspec names no licence");
        var address = Regex.Match(nuspec, "<projectUrl>(.*)</projectUrl>").Groups[1].Value;
        var given = Regex.Match(nuspec, "<repository type=\"git\" (?:url=\"([^\"]*)\" )?commit=\"([0-9a-f]{40})\"");
        Check(given.Success && given.Groups[1].Value == address, $"the nuspec's addresses are '{address}' and '{given.Groups[1]}'");
        commit = given.Groups[2].Value;
        return address;
    }

    // Links that work away from the repository: absolute, to the revision that is packed, and to what it has.
    private void ReadReadme(string address, string commit)
    {
        foreach (Match link in Regex.Matches(Text("README.md"), @"(!?)\[[^\]]*\]\(([^)#]*)[^)]*\)|src=""([^""]*)"""))
        {
            var target = link.Groups[2].Value + link.Groups[3].Value;
            var root = link.Value.StartsWith('[') ? $"{address}/blob/{commit}/" : $"{Raw(address)}/{commit}/";
            Check(target == "" || target.StartsWith("https://", StringComparison.Ordinal), $"README.md has the relative link {target}");
            if (address != "" && (IsUnder(target, address) || IsUnder(target, Raw(address))))
            {
                var leads = IsUnder(target, root) && Path.Exists(Path.Combine(repository, target[root.Length..]));
                Check(leads, $"README.md's link {target} leads nowhere");
            }
        }

        Check(address == "" || Text("README.md").Contains($"]({Raw(address)}/{commit}/"), "README.md has lost its pictures");
    }

    // Where a debugger finds the sources: by names that are no machine's, at the address, in the revision that is packed.
    private int ReadSymbols(string address, string commit)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols["lib/net10.0/LiftPool.pdb"]));
        var reader = provider.GetMetadataReader();
        var sources = reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)).ToList();
        var local = sources.Where(source => !source.StartsWith("/_/", StringComparison.Ordinal)).ToList();
        Check(sources.Count > 0 && local.Count == 0, $"the symbols name {local.Count} files of this machine, as {local.FirstOrDefault()}");

        var sourceLink = new Guid("CC110556-A091-4D38-9FEC-25AB9A351A6A");
        var text = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Where(one => reader.GetGuid(one.Kind) == sourceLink)
            .Select(one => Encoding.UTF8.GetString(reader.GetBlobBytes(one.Value))).FirstOrDefault("{\"documents\":{}}");
        var roots = JsonDocument.Parse(text).RootElement.GetProperty("documents").EnumerateObject()
            .Select(root => $"{root.Name} at {root.Value}").ToList();
        var right = $"/_/* at {Raw(address)}/{commit}/*";
        Check(address == "" || roots.SequenceEqual([right]), $"the sources are said to be '{string.Join(", ", roots)}', not '{right}'");
        return sources.Count;
    }

    // GitHub gives files as they are from a host of their own.
    private static string Raw(string address) => address.Replace("https://github.com/", "https://raw.githubusercontent.com/");

    private static bool IsUnder(string target, string root) => target.StartsWith(root, StringComparison.Ordinal);

    private string Text(string file) => Encoding.UTF8.GetString(files[file]);

    private static Dictionary<string, byte[]> Unzip(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            return content.ToArray();
        });
    }

    private void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            wrong.Add(otherwise);
        }
    }
}
