using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace LiftPool.Build
{
    /// <summary>
    /// Lets a library that was linked against GCC 13's libstdc++ load on an older one, by setting VER_FLG_WEAK on its
    /// requirement of GLIBCXX_3.4.32. See Libstdcxx.targets for when it runs.
    /// </summary>
    /// <remarks>
    /// MSBuild compiles this file against netstandard2.0 when the task first runs, hence the plain C#.
    /// The structures are those of the ELF specification and the Linux Standard Base, "Symbol Versioning".
    /// </remarks>
    public sealed class RelaxLibstdcxx : Task
    {
        private const string Version = "GLIBCXX_3.4.32";
        private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
        private const byte Weak = 0x2;                      // VER_FLG_WEAK

        /// <summary>Full path of the library in the package cache, which stays as it is.</summary>
        [Required]
        public string Library { get; set; }

        /// <summary>Full path of the copy to write.</summary>
        [Required]
        public string Copy { get; set; }

        public override bool Execute()
        {
            var elf = File.ReadAllBytes(Library);
            try
            {
                var flags = FindFlags(elf);
                if (flags >= 0)
                {
                    elf[flags] |= Weak;
                    Log.LogMessage(MessageImportance.High, "LiftPool: relaxed " + Version + " in a copy of " + Path.GetFileName(Library)
                        + ", which then loads on systems older than GCC 13 too; see LiftPool's docs/troubleshooting.md");
                }
            }
            catch (InvalidDataException e)
            {
                Log.LogWarning(null, "LIFTPOOL001", null, Library, 0, 0, 0, 0,
                    "LiftPool: could not relax " + Version + " in " + Path.GetFileName(Library) + " (" + e.Message
                    + "), TorchSharp may not load on systems older than GCC 13; see LiftPool's docs/troubleshooting.md");

                // Without a copy the package's file stays in place, and the next build says so again.
                return true;
            }

            // Under another name first: a build that is cut off leaves no half of a file that looks whole.
            Directory.CreateDirectory(Path.GetDirectoryName(Copy));
            var written = Copy + "." + Guid.NewGuid().ToString("N") + ".tmp";
            File.WriteAllBytes(written, elf);
            File.Delete(Copy);
            File.Move(written, Copy);
            return true;
        }

        /// <summary>Offset of the flags of the requirement (vna_flags), or -1 if the library has no such requirement.</summary>
        private static long FindFlags(byte[] elf)
        {
            // 64 bits and little-endian, as every build of TorchSharp for Linux is.
            if (elf.Length < 64 || U32(elf, 0) != 0x464c457f || elf[4] != 2 || elf[5] != 1)
                throw new InvalidDataException("not a 64-bit little-endian ELF file");

            var sections = I64(elf, 0x28);    // e_shoff
            var sectionSize = U16(elf, 0x3a); // e_shentsize
            var count = U16(elf, 0x3c);       // e_shnum
            for (var i = 0; i < count; i++)
            {
                var section = sections + i * sectionSize;
                if (U32(elf, section + 4) == VersionNeedSection) // sh_type
                {
                    var nameSection = sections + (long)U32(elf, section + 0x28) * sectionSize;          // sh_link
                    return FindFlags(elf, I64(elf, section + 0x18), I64(elf, nameSection + 0x18)); // sh_offset
                }
            }

            return -1;
        }

        /// <summary>The same, in the list of needed libraries (Verneed), each with a list of needed versions (Vernaux).</summary>
        private static long FindFlags(byte[] elf, long library, long names)
        {
            while (true)
            {
                var version = library + U32(elf, library + 8); // vn_aux
                while (true)
                {
                    if (IsVersion(elf, names + U32(elf, version + 8))) // vna_name
                        return version + 4;                            // vna_flags

                    var nextVersion = U32(elf, version + 12); // vna_next
                    if (nextVersion == 0)
                        break;
                    version += nextVersion;
                }

                var nextLibrary = U32(elf, library + 12); // vn_next
                if (nextLibrary == 0)
                    return -1;
                library += nextLibrary;
            }
        }

        private static bool IsVersion(byte[] elf, long offset)
        {
            var wanted = Encoding.ASCII.GetBytes(Version + "\0");
            return elf.Skip(At(elf, offset, wanted.Length)).Take(wanted.Length).SequenceEqual(wanted);
        }

        private static ushort U16(byte[] elf, long offset) { return BitConverter.ToUInt16(elf, At(elf, offset, 2)); }

        private static uint U32(byte[] elf, long offset) { return BitConverter.ToUInt32(elf, At(elf, offset, 4)); }

        private static long I64(byte[] elf, long offset) { return BitConverter.ToInt64(elf, At(elf, offset, 8)); }

        private static int At(byte[] elf, long offset, int size)
        {
            if (offset < 0 || offset > elf.Length - size)
                throw new InvalidDataException("it points outside itself");
            return (int)offset;
        }
    }
}
