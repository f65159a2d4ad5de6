import { integer, list, operation, optional, tag, text } from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import { ServiceError, type Operation } from '../service.ts';
import {
  cut,
  limitExceeded,
  paging,
  path,
  policyArn,
  policyDocument,
  roleName,
  tagList,
  uniqueId,
  withTags,
  type IamWorld,
} from './common.ts';
import { countedSize, encodeDocument, readDocument, type Document } from './documents.ts';
import type { Role } from './roles.ts';

/** Roles: create, read, change, tag and delete. */
export function roleOperations(world: IamWorld): Record<string, Operation> {
  const { environment, managed, roles } = world;
  const { account, partition } = environment;
  const description = text(0, 1000);
  const sessionDuration = integer(3600, 43_200);

  function checkBoundary(arn: string): void {
    if (managed.find(arn)) return;
    throw new ServiceError(
      'NoSuchEntity',
      `Scope ARN: ${arn} does not exist or is not attachable.`,
      404,
    );
  }

  return {
    CreateRole: operation(
      {
        RoleName: roleName,
        AssumeRolePolicyDocument: policyDocument,
        Path: optional(path),
        Description: optional(description),
        MaxSessionDuration: optional(sessionDuration),
        PermissionsBoundary: optional(policyArn),
        Tags: optional(list(tag, 0, 50)),
      },
      (input) => {
        const { RoleName: name, PermissionsBoundary: boundary, Path: ownPath = '/' } = input;
        const trust = readTrust(input.AssumeRolePolicyDocument);
        if (boundary !== undefined) checkBoundary(boundary);
        const role = roles.add(
          {
            name,
            path: ownPath,
            id: uniqueId('AROA'),
            arn: `arn:${partition}:iam::${account}:role${ownPath}${name}`,
            created: new Date(environment.now()),
            description: input.Description,
            maxSessionDuration: input.MaxSessionDuration ?? 3600,
            tags: withTags(new Map(), input.Tags ?? []),
          },
          { trust, inline: new Map(), attached: [], boundary },
        );
        return { Role: detail(role) };
      },
    ),

    GetRole: operation({ RoleName: roleName }, ({ RoleName }) => ({
      Role: { ...detail(roles.get(RoleName)), RoleLastUsed: {} },
    })),

    ListRoles: operation({ PathPrefix: optional(text(1, 512)), ...paging }, (input) => {
      const found = sortBy(roles.all(), ({ name }) => name).filter((role) =>
        role.path.startsWith(input.PathPrefix ?? '/'),
      );
      const { items, ...rest } = cut(found, ({ name }) => name, input);
      return {
        Roles: items.map((role) => ({
          ...detail(role),
          Tags: undefined,
          PermissionsBoundary: undefined,
        })),
        ...rest,
      };
    }),

    UpdateRole: operation(
      {
        RoleName: roleName,
        Description: optional(description),
        MaxSessionDuration: optional(sessionDuration),
      },
      (input) => {
        const role = roles.get(input.RoleName);
        if (input.Description !== undefined) role.description = input.Description;
        role.maxSessionDuration = input.MaxSessionDuration ?? role.maxSessionDuration;
        return {};
      },
    ),

    UpdateRoleDescription: operation(
      { RoleName: roleName, Description: description },
      ({ RoleName, Description }) => {
        const role = roles.get(RoleName);
        role.description = Description;
        return { Role: detail(role) };
      },
    ),

    UpdateAssumeRolePolicy: operation(
      { RoleName: roleName, PolicyDocument: policyDocument },
      ({ RoleName, PolicyDocument }) => {
        const role = roles.get(RoleName);
        roles.change(role, { trust: readTrust(PolicyDocument) });
      },
    ),

    PutRolePermissionsBoundary: operation(
      { RoleName: roleName, PermissionsBoundary: policyArn },
      ({ RoleName, PermissionsBoundary }) => {
        const role = roles.get(RoleName);
        checkBoundary(PermissionsBoundary);
        roles.change(role, { boundary: PermissionsBoundary });
      },
    ),

    DeleteRolePermissionsBoundary: operation({ RoleName: roleName }, ({ RoleName }) => {
      const role = roles.get(RoleName);
      if (role.rules.boundary === undefined) {
        throw new ServiceError(
          'NoSuchEntity',
          `Role ${RoleName} does not have a permissions boundary.`,
          404,
        );
      }
      roles.change(role, { boundary: undefined });
    }),

    DeleteRole: operation({ RoleName: roleName }, ({ RoleName }) => {
      const role = roles.get(RoleName);
      const conflict = (what: string): ServiceError =>
        new ServiceError('DeleteConflict', `Cannot delete entity, must ${what} first.`, 409);
      if (role.rules.attached.length > 0) throw conflict('detach all policies');
      if (role.rules.inline.size > 0) throw conflict('delete policies');
      roles.remove(role);
    }),

    TagRole: operation({ RoleName: roleName, Tags: list(tag, 0, 50) }, ({ RoleName, Tags }) => {
      const role = roles.get(RoleName);
      role.tags = withTags(role.tags, Tags);
    }),

    UntagRole: operation(
      { RoleName: roleName, TagKeys: list(text(1, 128), 0, 50) },
      ({ RoleName, TagKeys }) => {
        const role = roles.get(RoleName);
        role.tags = new Map([...role.tags].filter(([key]) => !TagKeys.includes(key)));
      },
    ),

    ListRoleTags: operation({ RoleName: roleName, ...paging }, (input) => {
      const tags = sortBy(tagList(roles.get(input.RoleName).tags), ({ Key }) => Key);
      const { items, ...rest } = cut(tags, ({ Key }) => Key, input);
      return { Tags: items, ...rest };
    }),

    // Roles of the sandbox are in no instance profile; callers that delete a role list them.
    ListInstanceProfilesForRole: operation({ RoleName: roleName, ...paging }, ({ RoleName }) => {
      roles.get(RoleName);
      return { InstanceProfiles: [], IsTruncated: false };
    }),
  };
}

// --- internal ---

function readTrust(text: string): Document {
  const trust = readDocument(text, 'trust');
  if (countedSize(text) > 2048) {
    throw limitExceeded('Cannot exceed quota for ACLSizePerRole: 2048');
  }
  return trust;
}

function detail(role: Role): Record<string, unknown> {
  const { boundary, trust } = role.rules;
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.created,
    AssumeRolePolicyDocument: encodeDocument(trust.text),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    PermissionsBoundary:
      boundary === undefined
        ? undefined
        : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary },
    Tags: role.tags.size > 0 ? tagList(role.tags) : undefined,
  };
}
