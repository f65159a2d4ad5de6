/**
 * Starts a call before its result is needed, so that it runs beside others. Its error is thrown
 * where the result is awaited, and nowhere if it never is.
 */
export function ahead<T>(call: Promise<T>): Promise<T> {
  call.catch(() => undefined);
  return call;
}
