// A file as a text: vitest supports `?raw`; scripts/raw.mjs adds it to rolldown.
declare module '*?raw' {
  const text: string;
  export { text as default };
}
