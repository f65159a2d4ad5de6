// What the targets of EventBridge rules and of schedules have in common.

/** A target as AWS returns it, with all its members. */
export interface RawTarget {
  Id?: string;
  Arn?: string;
  RoleArn?: string;
  EcsParameters?: { TaskDefinitionArn?: string; [member: string]: unknown };
  [member: string]: unknown;
}

/** The result of changing the revision that a target runs. */
export type MoveResult =
  | { state: 'moved' }
  /** The rule, the target or the schedule no longer exists. */
  | { state: 'gone' }
  /** Someone changed it meanwhile: it runs `now`, or no task of that cluster. */
  | { state: 'changed'; now: string | undefined };

/** The same target, running another revision. */
export function running(target: RawTarget, taskDefinition: string): RawTarget {
  return {
    ...target,
    EcsParameters: { ...target.EcsParameters, TaskDefinitionArn: taskDefinition },
  };
}

/** The texts of a target that are passed to the task, and may contain secrets. */
export function inputsOf({ Input, InputTransformer }: RawTarget): string[] {
  const texts: unknown[] = [
    Input,
    ...Object.values((InputTransformer ?? {}) as Record<string, unknown>),
  ];
  return texts.filter((text): text is string => typeof text === 'string');
}

/** The same document without nulls: AWS sends none, and accepts none. */
export function withoutNulls(document: unknown): unknown {
  if (Array.isArray(document)) return document.filter((one) => one !== null).map(withoutNulls);
  if (typeof document !== 'object' || document === null) return document;
  return Object.fromEntries(
    Object.entries(document)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, withoutNulls(value)]),
  );
}
