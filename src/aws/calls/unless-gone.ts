import { isAwsError } from '../../errors.ts';

/**
 * The result of a call; undefined if the resource does not exist (any more)
 * (ResourceNotFoundException).
 */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
