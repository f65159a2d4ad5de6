import type { Service } from '../../aws/ecs-answers.ts';
import { CliError } from '../../errors.ts';
import { commandLine } from '../../model/shell.ts';
import { serviceName } from '../usage/service-name.ts';

/**
 * Checks that no service is an Express service: ECS registers the task definitions of these, from
 * the members of UpdateExpressGatewayService (ECS API reference). `nothing` states what was not
 * done. Throws CliError `express-service`.
 */
export function checkNoExpress(services: readonly Service[], nothing: string): void {
  const express = services.filter(({ isExpress }) => isExpress);
  if (express.length === 0) return;
  const commands = express.map(({ arn }) =>
    commandLine(['aws', 'ecs', 'update-express-gateway-service', '--service-arn', arn]),
  );
  throw new CliError(
    'express-service',
    express
      .map(
        (service) =>
          `${serviceName(service)} is an Express service: ECS registers its task definitions`,
      )
      .join('\n'),
    { hint: `${nothing}; to change its secrets: ${commands.join('; ')} --primary-container …` },
  );
}
