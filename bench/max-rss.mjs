// Preloaded into a measured process: writes the processor time it took (ms, user and system) and, as its last
// line, the most memory it had, in KiB.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(`\nprocessor ${Math.round((user + system) / 1_000)}`);
  process.stderr.write(`\nmaxrss ${process.resourceUsage().maxRSS}\n`);
});
