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
    /// requirement of GLIBCXX_3.4.32. See LiftPool.targets for when it runs.
    /// </summary>
    /// <remarks>
    /// MSBuild compiles this file against netstandard2.0 when the task first runs, hence the plain C#.
    /// The structures are those of the ELF specification and the Linux Standard Base, "Symbol Versioning".
    /// </remarks>
    public sealed class RelaxLibstdcxx : Task
    {
        private const string Version = "GLIBCXX_3.4.32";
        private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
        private const ushort Weak = 0x2;                    // VER_FLG_WEAK

        /// <summary>Full path of the copied library.</summary>
        [Required]
        public string Library { get; set; }

        public override bool Execute()
        {
            try
            {
                Relax();
            }
            catch (Exception e) when (e is IOException || e is UnauthorizedAccessException
                || e is InvalidDataException || e is ArgumentException || e is IndexOutOfRangeException || e is OverflowException)
            {
                Log.LogWarning(null, "LIFTPOOL001", null, Library, 0, 0, 0, 0,
                    "LiftPool: could not relax " + Version + " in " + Path.GetFileName(Library) + " (" + e.Message
                    + "), TorchSharp may not load; see README, Troubleshooting");
            }

            return true;
        }

        private void Relax()
        {
            var elf = File.ReadAllBytes(Library);
            var flags = FindFlags(elf);
            if (flags < 0 || (U16(elf, flags) & Weak) != 0)
                return;

            elf[flags] |= (byte)Weak;

            // The copy may be a hard link into the package cache, which must stay as it is: write a new file and rename it.
            // With the old size and time of writing, the next build's copy step takes it for the original and leaves it.
            var written = Library + "." + Guid.NewGuid().ToString("N") + ".tmp";
            try
            {
                File.WriteAllBytes(written, elf);
                File.SetLastWriteTimeUtc(written, File.GetLastWriteTimeUtc(Library));
                File.Replace(written, Library, null);
            }
            finally
            {
                File.Delete(written);
            }

            Log.LogMessage(MessageImportance.High, "LiftPool: relaxed " + Version + " in " + Path.GetFileName(Library)
                + " (this system's libstdc++ is older); see README, Troubleshooting");
        }

        /// <summary>Offset of the flags of the requirement (vna_flags), or -1 if the library has no such requirement.</summary>
        private static long FindFlags(byte[] elf)
        {
            // 64 bits and little-endian, as every build of TorchSharp for Linux is.
            if (elf.Length < 64 || U32(elf, 0) != 0x464c457f || elf[4] != 2 || elf[5] != 1)
                throw new InvalidDataException("not a 64-bit little-endian ELF file");

            var sections = checked((long)U64(elf, 0x28)); // e_shoff
            var sectionSize = U16(elf, 0x3a);             // e_shentsize
            var sectionCount = U16(elf, 0x3c);            // e_shnum

            for (var i = 0; i < sectionCount; i++)
            {
                var section = sections + i * sectionSize;
                if (U32(elf, section + 4) != VersionNeedSection) // sh_type
                    continue;

                var names = checked((long)U64(elf, sections + U32(elf, section + 0x28) * sectionSize + 0x18)); // sh_link's sh_offset
                var need = checked((long)U64(elf, section + 0x18));                                            // sh_offset
                for (var n = U32(elf, section + 0x2c); n > 0; n--) // sh_info: one Verneed a library
                {
                    var aux = need + U32(elf, need + 8);          // vn_aux
                    for (int a = U16(elf, need + 2); a > 0; a--)  // vn_cnt: one Vernaux a version
                    {
                        if (IsVersion(elf, names + U32(elf, aux + 8))) // vna_name
                            return aux + 4;                            // vna_flags
                        aux += U32(elf, aux + 12);                     // vna_next
                    }

                    need += U32(elf, need + 12); // vn_next
                }
            }

            return -1;
        }

        private static bool IsVersion(byte[] elf, long offset)
        {
            return elf.Skip(checked((int)offset)).Take(Version.Length + 1).SequenceEqual(Encoding.ASCII.GetBytes(Version + "\0"));
        }

        private static ushort U16(byte[] elf, long offset) { return BitConverter.ToUInt16(elf, checked((int)offset)); }

        private static uint U32(byte[] elf, long offset) { return BitConverter.ToUInt32(elf, checked((int)offset)); }

        private static ulong U64(byte[] elf, long offset) { return BitConverter.ToUInt64(elf, checked((int)offset)); }
    }
}
