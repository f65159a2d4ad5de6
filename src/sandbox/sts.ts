import { callerArn } from './access.ts';
import type { GuardedService } from './dispatch.ts';
import type { RoleBook } from './iam/roles.ts';
import { operation, optional, text } from './input.ts';
import { ServiceError, type Environment } from './service.ts';

/** STS: who am I, and for the sandbox's ECS the question whether a service may assume a role. */
export function createSts(environment: Environment, roles: RoleBook): GuardedService {
  const { account } = environment;
  return {
    name: 'sts',
    // AWS answers this one whatever the policies say.
    attempts: () => [],
    operations: {
      GetCallerIdentity: operation({}, (_, call) => ({
        UserId: call.principal.kind === 'owner' ? 'AIDASANDBOXUSER00000' : 'AROASANDBOXROLE00000',
        Account: account,
        Arn: callerArn(environment, call),
      })),
    },
    internal: {
      AssumeRole: operation(
        {
          RoleArn: text(20, 2048),
          RoleSessionName: text(2, 64),
          ServicePrincipal: text(1),
          SourceAccount: optional(text()),
          SourceArn: optional(text()),
        },
        ({ RoleArn, RoleSessionName, ServicePrincipal, SourceAccount, SourceArn }, call) => {
          const allowed = roles.trusts(RoleArn, {
            service: ServicePrincipal,
            context: {
              ...(SourceAccount !== undefined && { 'aws:SourceAccount': SourceAccount }),
              ...(SourceArn !== undefined && { 'aws:SourceArn': SourceArn }),
            },
          });
          if (!allowed) {
            throw new ServiceError(
              'AccessDenied',
              `User: ${ServicePrincipal} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
              403,
            );
          }
          const principal = {
            kind: 'role' as const,
            roleArn: RoleArn,
            sessionName: RoleSessionName,
          };
          return {
            AssumedRoleUser: {
              Arn: callerArn(environment, { ...call, principal }),
              AssumedRoleId: `AROASANDBOXROLE00000:${RoleSessionName}`,
            },
            /** For the sandbox only: what to call as. */
            Principal: principal,
          };
        },
      ),
    },
  };
}
