// Two classic uses of wavelets with pools of fixed filters: coding photographs without loss, and the picture of the nested bands.
using Quickstart;
using Wavelets;

return await CommandLine.Run(WaveletCommands.Root(), args);
