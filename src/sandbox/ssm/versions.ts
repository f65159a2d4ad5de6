import { integer, list, operation, optional, text } from '../protocol/input.ts';
import { ServiceError, type Operation } from '../service.ts';
import { parameterName } from './names.ts';
import { announce } from './announce.ts';
import { getParameter, latest, type Parameter, type SsmWorld } from './store.ts';

const mostLabels = 10;

/** Labels of versions, and deletion. */
export function versionOperations(world: SsmWorld): Record<string, Operation> {
  const { environment } = world;
  const name = text(1, 2048);
  return {
    LabelParameterVersion: operation(
      { Name: name, ParameterVersion: optional(integer(1)), Labels: list(text(1, 100), 1, 10) },
      ({ Name, ParameterVersion, Labels }, call) => {
        const stored = parameterName(Name, call.region, environment);
        const parameter = getParameter(world, call, stored);
        const number = ParameterVersion ?? latest(parameter).version;
        const version = parameter.versions.find((one) => one.version === number);
        if (!version) {
          throw new ServiceError(
            'ParameterVersionNotFound',
            `Systems Manager could not find version ${number} of ${Name}. Verify the version and try again.`,
          );
        }
        const valid = Labels.filter(isLabel);
        if (new Set([...version.labels, ...valid]).size > mostLabels) {
          throw new ServiceError(
            'ParameterVersionLabelLimitExceeded',
            `A parameter version can have a maximum of ${mostLabels} labels.`,
          );
        }
        for (const label of valid) {
          for (const other of parameter.versions) other.labels.delete(label);
          version.labels.add(label);
        }
        if (valid.length > 0)
          announce(environment, call, 'LabelParameterVersion', facts(parameter));
        return {
          InvalidLabels: Labels.filter((label) => !isLabel(label)),
          ParameterVersion: number,
        };
      },
    ),

    DeleteParameter: operation({ Name: name }, ({ Name }, call) => {
      const stored = parameterName(Name, call.region, environment);
      const parameter = getParameter(world, call, stored);
      world.region(call.region).delete(stored);
      announce(environment, call, 'Delete', facts(parameter));
      return {};
    }),

    DeleteParameters: operation({ Names: list(name, 1, 10) }, ({ Names }, call) => {
      // An invalid name fails the call, so it is checked before others are deleted.
      const stored = new Map(
        Names.map((one) => [one, parameterName(one, call.region, environment)]),
      );
      const deleted = [...stored]
        .filter(([, name]) => {
          const parameter = world.region(call.region).get(name);
          if (!parameter) return false;
          world.region(call.region).delete(name);
          announce(environment, call, 'Delete', facts(parameter));
          return true;
        })
        .map(([written]) => written);
      return {
        DeletedParameters: deleted,
        InvalidParameters: Names.filter((one) => !deleted.includes(one)),
      };
    }),
  };
}

// --- internal ---

/** The facts about a parameter in its events. */
function facts(parameter: Parameter): Parameters<typeof announce>[3] {
  const { type, description } = latest(parameter);
  return { name: parameter.name, arn: parameter.arn, type, description };
}

function isLabel(label: string): boolean {
  return /^(?!\d|aws|ssm)[A-Za-z0-9_.-]{1,100}$/i.test(label);
}
