/** The running sandbox; printed without CMD only. */
export interface SandboxDocument {
  /** Address of the endpoint. */
  url: string;
  /** Environment variables to set. */
  environment: Record<string, string>;
}
