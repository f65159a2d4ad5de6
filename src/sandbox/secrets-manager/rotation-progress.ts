import { randomBytes } from 'node:crypto';
import type { Environment } from '../service.ts';
import { relabel, staged } from './stages.ts';
import type { Secret, SecretVersion } from './state.ts';

/**
 * Does what a rotation function would already have done. A function whose name contains `fail`, or
 * whose secret has no current value, does nothing: the version stays AWSPENDING.
 */
export function goOn(environment: Environment, secret: Secret): void {
  const now = environment.now();
  const running = secret.rotation?.running;
  if (!secret.rotation || !running) return;
  const current = staged(secret, 'AWSCURRENT');
  if (current === running.version) {
    // The caller has simulated the function and moved the label.
    secret.rotation.last = new Date(now);
    secret.rotation.running = undefined;
    return;
  }
  if (!current || failsOnPurpose(secret.rotation.lambdaArn ?? '')) return;
  const { version } = running;
  if (now >= running.valueAt && !isFilled(version)) {
    version.text = current.text === undefined ? undefined : newText(current.text);
    version.binary = current.binary === undefined ? undefined : newPassword();
  }
  if (now < running.endsAt) return;
  relabel(environment, secret, 'AWSCURRENT', version, running.endsAt);
  secret.changed = new Date(running.endsAt);
  secret.rotation.last = new Date(running.endsAt);
  secret.rotation.running = undefined;
}

/** Whether a version has a value; the version of a rotation that has just begun has none. */
export function isFilled(version: SecretVersion): boolean {
  return version.text !== undefined || version.binary !== undefined;
}

// --- internal ---

function failsOnPurpose(lambdaArn: string): boolean {
  // arn:partition:lambda:region:account:function:name:alias
  return (lambdaArn.split(':')[6] ?? lambdaArn).includes('fail');
}

/** A new value in the form of the old one: in a JSON object only `password` changes. */
function newText(old: string): string {
  try {
    const parsed: unknown = JSON.parse(old);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return JSON.stringify({ ...parsed, password: newPassword() });
    }
  } catch {
    // Plain text is replaced as a whole.
  }
  return newPassword();
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}
