/** An answer of the sandbox, as it came over the wire. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Calls operations of services for which no SDK client is installed. */
export interface Wire {
  /** An operation of EventBridge. */
  events: (operation: string, input?: object) => Promise<Answer>;
  /** An operation of CodeDeploy. */
  codedeploy: (operation: string, input?: object) => Promise<Answer>;
  /** A request to EventBridge Scheduler. */
  scheduler: (method: string, path: string, input?: object) => Promise<Answer>;
}

/** Speaks AWS JSON 1.1 and REST-JSON with a sandbox. */
export function wireTo(url: string, region = 'us-east-1'): Wire {
  const signed = (service: string): string =>
    `AWS4-HMAC-SHA256 Credential=k/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

  async function send(path: string, options: RequestInit): Promise<Answer> {
    const response = await fetch(url + path, options);
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
  }

  function json(service: string, prefix: string): Wire['events'] {
    return (operation, input = {}) =>
      send('/', {
        method: 'POST',
        headers: { authorization: signed(service), 'x-amz-target': `${prefix}.${operation}` },
        body: JSON.stringify(input),
      });
  }

  return {
    events: json('events', 'AWSEvents'),
    codedeploy: json('codedeploy', 'CodeDeploy_20141006'),
    scheduler: (method, path, input) =>
      send(path, {
        method,
        headers: { authorization: signed('scheduler'), 'content-type': 'application/json' },
        ...(input && { body: JSON.stringify(input) }),
      }),
  };
}
