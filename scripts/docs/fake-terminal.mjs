// Loaded before the program by `--import`: its output is recorded from a pipe, drawn as on a terminal.
for (const stream of [process.stdout, process.stderr]) {
  const properties = { isTTY: true, columns: Number(process.env.COLUMNS), rows: 24 };
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(stream, name, { value });
  }
}
