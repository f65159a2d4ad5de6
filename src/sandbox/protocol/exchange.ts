import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { credentialScope, loggable } from './http-request.ts';
import { jsonBody, jsonError, jsonType, parseJsonBody, parseTarget } from './json.ts';
import { asEc2Error, ec2Body, ec2Error } from './ec2.ts';
import { parseQueryBody, queryBody, queryError, queryVersions } from './query.ts';
import { parseRest, restError, restServices, restType } from './rest-json.ts';
import { ServiceError } from '../service.ts';

/** A response over HTTP. */
export interface Reply {
  status: number;
  type: string;
  text: string;
  requestId: string;
  headers?: Record<string, string>;
}

/** One call of an operation, in the protocol of its request. */
export interface Exchange {
  service: string;
  operation: string;
  /** The members of the request; undefined if they cannot be parsed. */
  input: () => Record<string, unknown> | undefined;
  answered: (result: unknown) => Reply;
  failed: (error: ServiceError) => Reply;
}

/** Whether a request may use methods other than POST: its service has REST resources. */
export function isRest(request: IncomingMessage): boolean {
  return (
    request.headers['x-amz-target'] === undefined &&
    restServices.has(credentialScope(request)?.service ?? '')
  );
}

/** Determines the protocol of a request, its service and its operation. */
export function openExchange(request: IncomingMessage, body: string): Exchange {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return jsonExchange(target, body);
  return isRest(request) ? restExchange(request, body) : queryExchange(request, body);
}

// --- internal ---

function jsonExchange(target: string, body: string): Exchange {
  const reply = { type: jsonType, requestId: randomUUID() };
  return {
    ...parseTarget(loggable(target)),
    input: () => parseJsonBody(body),
    answered: (result) => ({ ...reply, status: 200, text: jsonBody(result) }),
    failed: (error) => ({ ...reply, status: error.status, text: jsonError(error) }),
  };
}

function queryExchange(request: IncomingMessage, body: string): Exchange {
  const query = parseQueryBody(body);
  const operation = loggable(query?.operation ?? 'Unknown');
  const service =
    credentialScope(request)?.service ??
    Object.keys(queryVersions).find((name) => queryVersions[name] === query?.version) ??
    'unknown';
  const requestId = randomUUID();
  const reply = { type: 'text/xml', requestId };
  return {
    service,
    operation,
    input: () => query?.input,
    answered: (result) => ({
      ...reply,
      status: 200,
      text:
        service === 'ec2'
          ? ec2Body(operation, result, requestId)
          : queryBody(service, operation, result, requestId),
    }),
    failed(error) {
      if (service === 'ec2') {
        const failure = asEc2Error(error);
        return { ...reply, status: failure.status, text: ec2Error(failure, requestId) };
      }
      const failure = asQueryError(error);
      return { ...reply, status: failure.status, text: queryError(service, failure, requestId) };
    },
  };
}

function restExchange(request: IncomingMessage, body: string): Exchange {
  const service = credentialScope(request)?.service ?? '';
  const { operation, input } = parseRest(service, request.method ?? '', request.url ?? '', body);
  const reply = { type: restType, requestId: randomUUID() };
  return {
    service,
    operation,
    input: () => input,
    answered: (result) => ({ ...reply, status: 200, text: jsonBody(result) }),
    failed: (error) => ({
      ...reply,
      status: error.status,
      text: restError(error),
      headers: { 'x-amzn-errortype': error.code },
    }),
  };
}

/** Codes that the Query services write differently. */
function asQueryError(error: ServiceError): ServiceError {
  const code = {
    ValidationException: 'ValidationError',
    ThrottlingException: 'Throttling',
    MissingAuthenticationTokenException: 'MissingAuthenticationToken',
    AccessDeniedException: 'AccessDenied',
    ExpiredTokenException: 'ExpiredToken',
  }[error.code];
  if (code === undefined) return error;
  const isDenial = ['AccessDenied', 'MissingAuthenticationToken', 'ExpiredToken'].includes(code);
  return new ServiceError(code, error.message, isDenial ? 403 : error.status);
}
