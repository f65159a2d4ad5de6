import { createsLogGroup } from '../../model/definitions/log-options.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import type { LogGroupFact } from '../../model/starts/checks/facts.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { whyUnseen } from '../if-allowed.ts';

/** The CloudWatch log groups that the containers write to; one lookup per region. */
export async function gatherLogFacts(
  aws: Aws,
  { containerDefinitions }: TaskDefinition,
  here: { region: string },
): Promise<LogGroupFact[]> {
  const wanted = containerDefinitions.flatMap(({ name, logConfiguration: logs }) => {
    const group = logs?.logDriver === 'awslogs' ? logs.options?.['awslogs-group'] : undefined;
    if (!group) return [];
    const region = logs?.options?.['awslogs-region'] ?? here.region;
    const create = createsLogGroup(logs?.options);
    return [{ container: name, group, region, create }];
  });
  const regions = [...new Set(wanted.map(({ region }) => region))];
  const found = await Promise.all(
    regions.map(async (region): Promise<LogGroupFact[]> => {
      const own = wanted.filter((one) => one.region === region);
      try {
        const names = [...new Set(own.map(({ group }) => group))].sort();
        const there = await (await aws.logs(region)).logGroups(names);
        return own.map((one) => ({ ...one, state: there.has(one.group) ? 'found' : 'missing' }));
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        return own.map((one) => ({ ...one, state: 'unseen', why: whyUnseen(error) }));
      }
    }),
  );
  return found.flat();
}
