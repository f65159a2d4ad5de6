import type { AskedCall, BadAnswer } from './go-between.ts';

/** Shapes that a value may have, each of them made from a text without meaning that tells it apart. */
export const shapes: Record<string, (mark: string) => string> = {
  quote: (mark) => `pa"${mark}\\n'${mark}`,
  newline: (mark) => `${mark}-first\n${mark}-second\n`,
  PEM: (mark) =>
    `-----BEGIN PRIVATE KEY-----\n${base64(`${mark}${mark}${mark}`)}\n${mark}${mark}==\n-----END PRIVATE KEY-----\n`,
  JSON: (mark) =>
    JSON.stringify({ user: `u-${mark}`, password: `p"${mark}`, more: { deep: [`d\n${mark}`] } }),
  unicode: (mark) => `pässwörd-${mark}-密码-${mark}-🔑`,
  short: (mark) => mark.slice(0, 3),
  long: (mark) => `${mark}!`.repeat(180),
  percent: (mark) => `100%${mark}%41+${mark}&a=b%`,
};

/** What a bad answer is made from. */
export interface Known extends AskedCall {
  /** The values that the run has read or written so far. */
  values: readonly string[];
}

/** Answers of AWS, of a proxy or of someone else in which a value or a credential stands. */
export const badAnswers: Record<string, (known: Known) => BadAnswer> = {
  'the request as JSON': ({ body }) => refusal(`the proxy does not allow this request: ${body}`),
  'the request as a page': ({ body }) => ({
    status: 403,
    headers: { 'content-type': 'text/html' },
    text: `<html><body><h1>Forbidden</h1><pre>${escapedHtml(body)}</pre></body></html>`,
  }),
  'the request in HTML': ({ body, values }) =>
    refusal(`<pre>${escapedHtml(body)} ${escapedHtml(values.join(' '))}</pre>`),
  'the request in URL encoding': ({ body, values }) =>
    refusal(
      `blocked: body=${encodeURIComponent(body)}&all=${encodeURIComponent(values.join('\n'))}`,
    ),
  'the request in base64': ({ body, values }) =>
    refusal(`blocked (${base64(body)}) (x${base64(JSON.stringify({ values }))})`),
  'the request in hex': ({ body, values }) =>
    refusal(
      `blocked: ${Buffer.from(body).toString('hex')} 0x${Buffer.from(values.join()).toString('hex').toUpperCase()}`,
    ),
  'one member, quoted by AWS': ({ values }) =>
    refusal(
      `${values.length} validation errors detected: ${values
        .flatMap(leaves)
        .map((leaf) => `Value '${leaf}' at 'value' failed to satisfy constraint`)
        .join('; ')}`,
    ),
  'a value cut short': ({ values }) =>
    refusal(
      values
        .flatMap((value) => [value, ...leaves(value)])
        .map((text) => `Invalid value: ${text.slice(0, Math.max(3, text.length - 4))}...`)
        .join(' '),
    ),
  "a parser's text": ({ values: [value = ''] }) => ({
    status: 200,
    text: `{"Version": 1, "Value": ${value}`,
  }),
  'a wrong signature': ({ headers, body }) => ({
    status: 403,
    text: JSON.stringify({
      __type: 'InvalidSignatureException',
      message: `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'POST\n/\n\nhost:x\nauthorization:${String(headers.authorization)}\nx-amz-security-token:${String(headers['x-amz-security-token'])}\n\n${body}'`,
    }),
  }),
  'the request in capitals': ({ body, values }) =>
    refusal(`NOT ALLOWED: ${body.toUpperCase()} ${values.join(' ').toUpperCase()}`),
  'a value as the type of the error': ({ headers, values: [value = ''] }) => ({
    status: 400,
    text: JSON.stringify({
      __type: leaves(value)[0]?.replace(/\W/g, ''),
      message: `no. Authorization=${String(headers.authorization)} aws-security-token ${String(headers['x-amz-security-token'])}`,
    }),
  }),
};

/** The strings in a JSON value; the text itself of any other. */
export function leaves(value: string): string[] {
  try {
    const found: string[] = [];
    JSON.parse(value, (_key, member: unknown) => {
      if (typeof member === 'string') found.push(member);
      return member;
    });
    return found;
  } catch {
    return [value];
  }
}

/**
 * The pieces of 8 characters of these texts (the whole of a shorter one) that stand in an output, in any
 * case, as they are or in the encodings that bad answers use.
 */
export function leaked(output: string, texts: readonly string[]): string[] {
  const decoded = [...output.matchAll(/[\w+/-]{8,}/g)].flatMap(([run]) =>
    [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64').toString()),
  );
  const places = [output, ...decoded].join('\n').toLowerCase();
  return [...new Set(texts.flatMap(pieces))].filter((piece) => {
    const escaped = [JSON.stringify(piece).slice(1, -1), escapedHtml(piece), urlEncoded(piece)];
    const forms = new Set([piece, ...escaped, Buffer.from(piece).toString('hex')]);
    return [...forms].some((form) => places.includes(form.toLowerCase()));
  });
}

// --- internal ---

function refusal(message: string): BadAnswer {
  return { status: 400, text: JSON.stringify({ __type: 'ValidationException', message }) };
}

function pieces(text: string): string[] {
  if (text.length <= 8) return [text];
  return Array.from({ length: text.length - 7 }, (_, at) => text.slice(at, at + 8));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** A piece may begin or end within a character of two units. */
function urlEncoded(text: string): string {
  return encodeURIComponent(text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, ''));
}

function escapedHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
