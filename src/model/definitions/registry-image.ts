/** An image as a registry knows it. */
export interface RegistryImage {
  /** With a port, if one is named. */
  host: string;
  repository: string;
  /** A tag, or a digest. */
  reference: string;
}

/**
 * Reads the name of an image as Docker does: without a host it is of Docker Hub, there without a
 * path in `library`, and without a tag `latest`. A digest has precedence over a tag. Undefined for
 * one that is not a name.
 */
export function registryImage(image: string): RegistryImage | undefined {
  const [tagged = '', digest] = image.split('@', 2);
  const colon = tagged.lastIndexOf(':');
  // A colon before a slash is that of a port.
  const hasTag = colon > tagged.lastIndexOf('/');
  const [name, tag] = hasTag ? [tagged.slice(0, colon), tagged.slice(colon + 1)] : [tagged];
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost';
  const path = isHost ? name.slice(slash + 1) : name;
  const reference = digest ?? tag ?? 'latest';
  if (!/^[a-z0-9._/-]+$/.test(path) || !/^[\w.:-]+$/.test(reference)) return undefined;
  if (isHost && !isHostName(first)) return undefined;
  const onHub = !isHost || first === 'docker.io' || first === 'index.docker.io';
  return {
    host: onHub ? 'registry-1.docker.io' : first,
    repository: onHub && !path.includes('/') ? `library/${path}` : path,
    reference,
  };
}

// --- internal ---

/** Whether a URL can have this host: not `256.1.1.1`, nor one with the port 99999. */
function isHostName(host: string): boolean {
  return /^[\w.-]+(?::\d+)?$/.test(host) && URL.canParse(`https://${host}`);
}
