import type { Line } from './line.ts';

/** A key of `data` in a Kubernetes Secret, in base64: no value can break out of it. */
export function kubernetesLine(name: string, value: string): Line {
  return { text: `  ${name}: ${Buffer.from(value).toString('base64') || '""'}` };
}

/** A manifest of a Secret with these lines. */
export function kubernetesManifest(lines: readonly string[], name: string): string {
  const head = ['apiVersion: v1', 'kind: Secret', 'metadata:', `  name: ${name}`, 'type: Opaque'];
  return [...head, lines.length === 0 ? 'data: {}' : 'data:', ...lines, ''].join('\n');
}

/** Whether a Secret may have this name: a DNS subdomain (RFC 1123). */
export function isKubernetesName(name: string): boolean {
  return (
    name.length <= 253 &&
    name.split('.').every((part) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(part))
  );
}
