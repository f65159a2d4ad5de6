// Preloaded into a measured process: writes the most memory it had, in KiB, as its last line.
process.on('exit', () => {
  process.stderr.write(`\nmaxrss ${process.resourceUsage().maxRSS}\n`);
});
