import { parsePolicy, type Policy, type PolicyKind } from '../../model/roles/parse-policy.ts';
import { InvalidInput } from '../../model/problems.ts';
import { ServiceError } from '../service.ts';

/** A policy document: as written, and parsed. */
export interface Document {
  text: string;
  policy: Policy;
}

/** Parses a policy document; throws MalformedPolicyDocument. */
export function readDocument(text: string, kind: PolicyKind): Document {
  // IAM's pattern for documents: only these characters.
  if (/[^\t\n\r -\u00ff]/.test(text)) {
    throw malformed('The policy has characters that IAM does not take.');
  }
  try {
    const policy = parsePolicy(text, kind);
    const sids = policy.Statement.flatMap(({ Sid }) => (Sid === undefined ? [] : [Sid]));
    if (new Set(sids).size < sids.length) {
      throw malformed('Statement IDs (SID) in a single policy must be unique.');
    }
    if (sids.some((sid) => !/^[A-Za-z0-9]*$/.test(sid))) {
      throw malformed(
        'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      );
    }
    return { text, policy };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw malformed(`Syntax errors in policy. (${error.problems.join('; ')})`);
  }
}

/** Size of a document as counted by IAM: without whitespace. */
export function countedSize(text: string): number {
  return text.replace(/\s/g, '').length;
}

/** A document as returned by IAM: URL-encoded according to RFC 3986. */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

// --- internal ---

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message);
}
