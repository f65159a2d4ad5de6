import { callerArn, callerId, type Decide, type GuardedService } from './access.ts';
import type { RoleBook } from './iam/roles.ts';
import { integer, notHere, operation, optional, text } from './protocol/input.ts';
import { ServiceError, type Call, type Environment } from './service.ts';
import type { Sessions } from './sessions.ts';

const hour = 3600;
const roleArn = text(20, 2048);
const sessionName = text(2, 64, /^[\w+=,.@-]*$/);

/**
 * STS: caller identity, sessions of roles, and for the sandbox's ECS whether a service may assume a
 * role.
 */
export function createSts(
  environment: Environment,
  roles: RoleBook,
  decide: Decide,
  sessions: Sessions,
): GuardedService {
  const { account } = environment;

  /** A session of a role, as members of the response and for the sandbox. */
  function session(call: Call, RoleArn: string, RoleSessionName: string) {
    const principal = { kind: 'role' as const, roleArn: RoleArn, sessionName: RoleSessionName };
    const inside = { ...call, principal };
    const id = callerId(inside, roles.policiesOf(RoleArn));
    const AssumedRoleUser = { AssumedRoleId: id, Arn: callerArn(environment, inside) };
    return { principal, AssumedRoleUser };
  }

  return {
    name: 'sts',
    // GetCallerIdentity works whatever the policies say; AssumeRole checks by itself.
    attempts: () => [],
    operations: {
      GetCallerIdentity: operation({}, (_, call) => ({
        UserId: callerId(
          call,
          call.principal.kind === 'role' ? roles.policiesOf(call.principal.roleArn) : undefined,
        ),
        Account: account,
        Arn: callerArn(environment, call),
      })),

      AssumeRole: operation(
        {
          RoleArn: roleArn,
          RoleSessionName: sessionName,
          DurationSeconds: optional(integer(900, 12 * hour)),
          ExternalId: optional(text(2, 1224, /^[\w+=,.@:/-]*$/)),
          Policy: notHere('Policy'),
          PolicyArns: notHere('PolicyArns'),
          Tags: notHere('Tags'),
          SourceIdentity: notHere('SourceIdentity'),
        },
        ({ RoleArn, RoleSessionName, DurationSeconds: seconds = hour, ExternalId }, call) => {
          const role = roles.trustOf(RoleArn);
          const { decision } = decide(call, {
            action: 'sts:AssumeRole',
            resource: RoleArn,
            resourcePolicy: role?.trust,
            resourceDecides: true,
            context: {
              'sts:RoleSessionName': RoleSessionName,
              ...(ExternalId !== undefined && { 'sts:ExternalId': ExternalId }),
            },
          });
          if (!role || decision !== 'allowed') {
            throw notAuthorized(callerArn(environment, call), RoleArn);
          }
          if (call.principal.kind === 'role' && seconds > hour) {
            throw tooLong(
              'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
            );
          }
          if (seconds > role.maxSessionDuration) {
            throw tooLong(
              'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
            );
          }
          const { principal, AssumedRoleUser } = session(call, RoleArn, RoleSessionName);
          return { AssumedRoleUser, Credentials: sessions.open(principal, seconds) };
        },
      ),
    },
    internal: {
      AssumeRoleForService: operation(
        {
          RoleArn: roleArn,
          RoleSessionName: sessionName,
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
          if (!allowed) throw notAuthorized(ServicePrincipal, RoleArn);
          const { principal, AssumedRoleUser } = session(call, RoleArn, RoleSessionName);
          return { AssumedRoleUser, Principal: principal };
        },
      ),
    },
  };
}

// --- internal ---

function notAuthorized(who: string, role: string): ServiceError {
  return new ServiceError(
    'AccessDenied',
    `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    403,
  );
}

function tooLong(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}
