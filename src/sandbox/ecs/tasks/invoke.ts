/** Calls another service as the execution role of the task. */
export type Invoke = (
  service: string,
  operation: string,
  input: Record<string, unknown>,
  region: string,
) => Promise<unknown>;
