// What the package carries: `dotnet run Package.cs -- LiftPool.0.1.0.nupkg`, its symbols beside it. Says what is wrong, or what is there.
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text.RegularExpressions;

var (wrong, path) = (new List<string>(), args[0]);
using var package = ZipFile.OpenRead(path);
using var symbols = ZipFile.OpenRead(Path.ChangeExtension(path, ".snupkg"));
var files = package.Entries.Select(entry => entry.FullName).ToHashSet();

foreach (var file in (string[])["icon.png", "README.md", "LICENSE", "lib/net10.0/LiftPool.dll", "buildTransitive/net10.0/LiftPool.targets"])
{
    Check(files.Contains(file), $"{file} is missing");
}

foreach (var file in files.Where(file => file.StartsWith("build", StringComparison.Ordinal)))
{
    Check(file.StartsWith("buildTransitive/net10.0/", StringComparison.Ordinal), $"{file} makes every framework look compatible");
}

var relative = Regex.Matches(Text("README.md"), @"\[[^\]]*\]\((?!https?:|#)([^)]+)\)").Select(match => match.Groups[1].Value);
Check(!relative.Any(), $"README.md has relative links: {string.Join(", ", relative)}");

var nuspec = Text("LiftPool.nuspec");
Check(nuspec.Contains("<icon>icon.png</icon>"), "the nuspec names no icon");
var address = Regex.Match(nuspec, "<projectUrl>(.*)</projectUrl>").Groups[1].Value;
var repository = address == "" ? "" : $"url=\"{address}\" ";
Check(nuspec.Contains($"<repository type=\"git\" {repository}commit="), "the nuspec's two addresses differ");

using var pdb = new MemoryStream();
symbols.GetEntry("lib/net10.0/LiftPool.pdb")!.Open().CopyTo(pdb);
pdb.Position = 0;
var reader = MetadataReaderProvider.FromPortablePdbStream(pdb).GetMetadataReader();
var sources = reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)).ToArray();
var local = sources.Where(source => !source.StartsWith("/_/", StringComparison.Ordinal)).ToArray();
Check(sources.Length > 0 && local.Length == 0, $"the symbols name {local.Length} files of this machine, as {local.FirstOrDefault()}");

var found = $"{sources.Length} sources as /_/, {(address == "" ? "no address" : address)}";
Console.WriteLine(wrong.Count > 0 ? string.Join("; ", wrong) : found);
return wrong.Count;

string Text(string file)
{
    using var text = new StreamReader(package.GetEntry(file)!.Open());
    return text.ReadToEnd();
}

void Check(bool holds, string otherwise)
{
    if (!holds)
    {
        wrong.Add(otherwise);
    }
}
