import { isIP } from 'node:net';
import { ServiceError } from '../service.ts';
import { invalid } from './names.ts';

/** Checks a value for its data type. Throws ValidationException, also for an unknown type. */
export function checkDataType(value: string, dataType: string): void {
  if (dataType.startsWith('aws:ec2:') || dataType === 'aws:ssm:integration') {
    throw new ServiceError(
      'NotInSandbox',
      `The data type ${dataType} is not supported by the sandbox`,
    );
  }
  const accepts = tests.get(dataType);
  if (!accepts) throw invalid(`The following data type is not supported: ${dataType}`);
  if (!accepts(value)) {
    throw invalid(`Parameter value, cannot be validated against dataType: ${dataType}`);
  }
}

// --- internal ---

const anything = (): boolean => true;
const matches = (pattern: RegExp) => (value: string) => pattern.test(value);

const tests: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['text', anything],
  ['json', isJson],
  // The rules for these are not documented.
  ...['jsonc', 'binary', 'email', 'hostname'].map((name) => [name, anything] as const),
  ['url', (value) => URL.canParse(value)],
  ['boolean', matches(/^(true|false)$/i)],
  ['integer', matches(/^[+-]?\d+$/)],
  ['float', (value) => value.trim() !== '' && Number.isFinite(Number(value))],
  ['ipv4-address', (value) => isIP(value) === 4],
  ['ipv6-address', (value) => isIP(value) === 6],
  ['aws:region', matches(/^[a-z]{2,}(-[a-z]+)+-\d$/)],
  ['aws:account:id', matches(/^\d{12}$/)],
]);

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
