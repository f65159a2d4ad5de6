// A file as a text: vitest knows `?raw`, scripts/raw.mjs tells rolldown.
declare module '*?raw' {
  const text: string;
  export { text as default };
}
