import { isAccessDenied } from '../errors.ts';

/** What a call answers, or 'denied' when the caller may not make it. */
export async function orDenied<T>(call: Promise<T>): Promise<T | 'denied'> {
  try {
    return await call;
  } catch (error) {
    if (isAccessDenied(error)) return 'denied';
    throw error;
  }
}
