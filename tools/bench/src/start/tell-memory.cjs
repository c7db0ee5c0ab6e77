// Loaded before a program: as it ends it says on stderr how much memory it has had.
process.on('exit', () => {
  require('node:fs').writeSync(2, `${process.resourceUsage().maxRSS} KiB\n`);
});
