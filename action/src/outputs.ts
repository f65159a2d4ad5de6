import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { warning } from '@actions/core';
import type { Run } from './run-command.ts';

/** The outputs of the action but `sarif-file`, by name; action.yml describes them. */
export function outputsOf(runs: readonly Run[]): Record<string, string> {
  const documents = runs.flatMap(({ left: { data } }) => (isObject(data) ? [data] : []));
  const checked = runs.flatMap(({ left }) => left.checked ?? []);
  const arns = documents.flatMap(({ taskDefinitionArn: arn }) =>
    typeof arn === 'string' ? [arn] : [],
  );
  const found = checked.filter(({ status }) => status === 'problem' || status === 'warning');
  return {
    'exit-code': String(runs.at(-1)?.exitCode ?? 0),
    json: jsonOf(documents.at(-1)),
    'task-definition-arn': arns.at(-1) ?? '',
    'deployment-ids': documents.flatMap(deploymentIds).join(' '),
    changed: String(runs.some(hasChanged)),
    findings: String(found.length),
  };
}

/** Writes the SARIF log of the last audit to a file of the job; its path, or undefined without any. */
export function writeSarif(runs: readonly Run[]): string | undefined {
  const log = runs.findLast(({ left }) => left.sarif)?.left.sarif;
  if (!log) return undefined;
  const file = join(process.env.RUNNER_TEMP ?? tmpdir(), 'ecs-secrets.sarif');
  writeFileSync(file, JSON.stringify(log));
  return file;
}

// --- internal ---

type Json = Record<string, unknown>;

function isObject(data: unknown): data is Json {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function objectsIn(list: unknown): Json[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** A runner refuses outputs that together are longer than 1 MB (docs.github.com, "Setting an output parameter"). */
const longest = 900_000;

function jsonOf(document: Json | undefined): string {
  if (!document) return '';
  const text = JSON.stringify(document);
  if (Buffer.byteLength(text) <= longest) return text;
  warning(`the output json is empty, since the document is longer than ${longest} bytes`);
  return '';
}

function deploymentIds({ deployments, rollback }: Json): string[] {
  const all = [
    ...objectsIn(deployments),
    ...(isObject(rollback) ? objectsIn(rollback.deployments) : []),
  ];
  return all.flatMap(({ deploymentId: id }) => (typeof id === 'string' ? [id] : []));
}

/** Whether the document of a command (docs/json.md) says that something was written in AWS. */
function hasChanged({ name, left: { data } }: Run): boolean {
  if (!isObject(data) || data.dryRun === true) return false;
  // Their documents say nothing else: they delete, or fail.
  if (name === 'delete' || name === 'role delete') return true;
  const { changes, roleChanges, deployments, deleted, stored, secrets, keys } = data;
  return (
    [data, ...objectsIn(secrets), ...objectsIn(keys)].some(isWritten) ||
    [changes, roleChanges, deployments, deleted].some(isFilled) ||
    (typeof stored === 'number' && stored > 0)
  );
}

function isWritten({ action }: Json): boolean {
  return ['created', 'updated', 'deleted', 'registered', 'restored'].includes(String(action));
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
