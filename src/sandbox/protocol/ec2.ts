import { queryVersions } from './query.ts';
import { ServiceError } from '../service.ts';
import { element } from './xml.ts';

/**
 * Formats a response of EC2, whose variant of the Query protocol has no wrapper and lists of
 * `<item>`.
 */
export function ec2Body(operation: string, result: unknown, requestId: string): string {
  const members = typeof result === 'object' && result !== null ? result : {};
  const content = Object.entries({ requestId, ...members })
    .map(([name, value]) => element(name, value, 'item'))
    .join('');
  const namespace = `http://ec2.amazonaws.com/doc/${queryVersions.ec2 ?? ''}/`;
  return `<${operation}Response xmlns="${namespace}">${content}</${operation}Response>\n`;
}

/** Formats an error of EC2. */
export function ec2Error({ code, message }: ServiceError, requestId: string): string {
  const inner = { Errors: [{ Code: code, Message: message }], RequestID: requestId };
  return `${element('Response', inner, 'Error')}\n`;
}

/** Converts errors shared by all services to EC2's codes (EC2 API reference, "Error codes"). */
export function asEc2Error(error: ServiceError): ServiceError {
  const { code, message } = error;
  const missing = /^1 validation error detected: Value at '([^']*)' .* not be null$/.exec(message);
  if (missing) {
    return new ServiceError(
      'MissingParameter',
      `The request must contain the parameter ${missing[1] ?? ''}`,
    );
  }
  switch (code) {
    case 'ValidationException':
    case 'SerializationException':
      return new ServiceError('InvalidParameterValue', message);
    case 'ThrottlingException':
      return new ServiceError('RequestLimitExceeded', 'Request limit exceeded.', 503);
    case 'MissingAuthenticationTokenException':
      return new ServiceError('MissingAuthenticationToken', message, 403);
    case 'ExpiredTokenException':
      return new ServiceError('RequestExpired', message);
    case 'AccessDeniedException':
      return new ServiceError(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. ${message}`,
        403,
      );
    default:
      return error;
  }
}
