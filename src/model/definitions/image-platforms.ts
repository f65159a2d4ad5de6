import * as z from 'zod/mini';

/** The manifest of an image, as a registry returns it. */
export interface ImageManifest {
  mediaType: string | undefined;
  /** JSON. */
  text: string | undefined;
}

/** A platform that an image is built for, in the words of OCI: `linux`, `arm64`. */
export interface ImagePlatform {
  os: string;
  architecture: string;
}

/** Whether a manifest of this media type lists images for several platforms. */
export function isImageIndex(mediaType: string | undefined): boolean {
  return (
    mediaType === 'application/vnd.oci.image.index.v1+json' ||
    mediaType === 'application/vnd.docker.distribution.manifest.list.v2+json'
  );
}

/**
 * The platforms that an image index lists, without attestations, whose platform is `unknown`.
 * Undefined for the manifest of a single image, which does not contain its platform, and for one
 * that cannot be read.
 */
export function platformsOf({ mediaType, text = '' }: ImageManifest): ImagePlatform[] | undefined {
  if (!isImageIndex(mediaType)) return undefined;
  const read = index.safeParse(parsed(text));
  return read.data?.manifests.flatMap(({ platform }) =>
    platform && platform.os !== 'unknown' ? [platform] : [],
  );
}

// --- internal ---

/** OCI image index and Docker manifest list have the same members. */
const index = z.object({
  manifests: z.array(
    z.object({ platform: z.optional(z.object({ os: z.string(), architecture: z.string() })) }),
  ),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
