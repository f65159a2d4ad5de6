import { InvalidInput, Problems } from '../../model/problems.ts';
import { placeOf } from '../../model/definitions/definition-texts.ts';
import { recognize, type Recognized } from '../../model/definitions/foreign/index.ts';
import { lenientDefinition } from '../../model/definitions/lenient-definition.ts';
import { fingerprintOf, plaintextIn } from '../../model/definitions/plaintext-findings.ts';
import { substitute, type Variables } from '../../model/definitions/substitute.ts';
import { otherKindProblem } from '../definitions/document-kind.ts';
import { linePosition } from '../text-faults.ts';
import type { ReadDocument } from '../read-document.ts';
import { parseDocuments } from '../read-text.ts';
import type { AuditFinding } from './audit.ts';

/**
 * The plaintext secrets in a text with containers in any format that is known, with their places. `file` is
 * its path, `name` what messages call it. Throws InvalidInput if there are no containers in it.
 */
export async function auditText(
  text: string,
  file: string,
  name: string,
  variables: Variables | undefined,
): Promise<AuditFinding[]> {
  const documents = await parseDocuments(text, name, 'a task definition', { placeholders: true });
  const findings: AuditFinding[] = [];
  const unfit: unknown[] = [];
  for (const document of documents) {
    const value = valueOf(document, variables, name);
    const kinds = readings(value);
    if (kinds.every(({ found }) => found.length === 0)) unfit.push(value);
    for (const kind of kinds) findings.push(...(await findingsIn(kind, document, text, file)));
  }
  if (unfit.length === documents.length) throw otherKindProblem(unfit[0], name, 'audit');
  return distinct(findings);
}

// --- internal ---

function valueOf({ value }: ReadDocument, variables: Variables | undefined, name: string): unknown {
  const problems = new Problems();
  const substituted = substitute(value, variables, problems);
  try {
    problems.throwIfAny();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(
      error.problems.map((problem) => `${name}: ${problem}`),
      error.hint,
    );
  }
  return substituted;
}

/** A template of CloudFormation is read twice: with what its conditions choose if true, and if false. */
function readings(document: unknown): Recognized[] {
  const first = recognize(document);
  if (first?.format !== 'CloudFormation template') return first ? [first] : [];
  const second = recognize(document, { known: {}, choice: 1 });
  return second ? [first, second] : [first];
}

async function findingsIn(
  { format, found }: Recognized,
  { positions }: ReadDocument,
  text: string,
  file: string,
): Promise<AuditFinding[]> {
  const all = found.map((one) => {
    const definition = lenientDefinition(one.input);
    return { ...one, family: definition.family, findings: plaintextIn(definition) };
  });
  if (all.every(({ findings }) => findings.length === 0)) return [];
  const positionOf = await positions();
  const origin = file.replaceAll('\\', '/');
  // Families of one file may have containers of the same name.
  const originOf = (resource: string | undefined, family = ''): string => {
    const one = resource ?? (all.length > 1 ? family : undefined);
    return one === undefined ? origin : `${origin}#${one}`;
  };
  return all.flatMap(({ family, resource, pathOf, findings }) =>
    findings.map((finding) => {
      const path = pathOf(finding.path);
      const position = positionOf(path);
      return {
        ...(family !== undefined && { family }),
        ...(resource !== undefined && { resource }),
        file,
        ...(position !== undefined && linePosition(text, position)),
        ...finding,
        ...(format !== 'task definition' && { path, place: placeOf(path) }),
        fingerprint: fingerprintOf(originOf(resource, family), finding),
      };
    }),
  );
}

/** Without what both readings of a template found. */
function distinct(findings: readonly AuditFinding[]): AuditFinding[] {
  const seen = new Map<string, AuditFinding>();
  for (const one of findings) {
    const key = JSON.stringify([
      one.line,
      one.column,
      one.place,
      one.container,
      one.name,
      one.kind,
    ]);
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}
