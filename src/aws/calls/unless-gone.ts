import { isAwsError } from '../../errors.ts';

/** What a call answers; undefined where AWS does not know (any more) what it is about (ResourceNotFoundException). */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
