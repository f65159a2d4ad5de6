import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** A call of a state machine: the API as its resource names it, and the arguments as a tree of names. */
export interface NamedCall {
  /** `ecs:updateService` */
  api: string;
  arguments: unknown;
}

/** What botocore's models do not know of these calls: `ecs:updateService Arguments.Cluser`. */
export async function unknownToBotocore(calls: readonly NamedCall[]): Promise<string[]> {
  const python = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  python.stdin.end(JSON.stringify(calls));
  const [output] = await Promise.all([text(python.stdout), once(python, 'close')]);
  if (python.exitCode !== 0) throw new Error(`python3 ended with ${String(python.exitCode)}`);
  return JSON.parse(output) as string[];
}

// --- internal ---

// Step Functions writes the names of members with a capital (guide, "AWS SDK integrations").
const script = `
import json, sys, botocore.session
session = botocore.session.get_session()
names = {"sfn": "stepfunctions", "eventbridge": "events"}
found = []

def check(value, shape, path):
    if isinstance(value, list) and shape.type_name == "list":
        for one in value:
            check(one, shape.member, path)
    elif isinstance(value, dict):
        members = getattr(shape, "members", {})
        own = {name[0].upper() + name[1:]: member for name, member in members.items()}
        required = {name[0].upper() + name[1:] for name in getattr(shape, "required_members", [])}
        found.extend(f"{path} lacks {name}" for name in sorted(required - value.keys()))
        for name, one in value.items():
            if name in own:
                check(one, own[name], f"{path}.{name}")
            else:
                found.append(f"{path}.{name}")

for call in json.load(sys.stdin):
    service, name = call["api"].split(":")
    try:
        model = session.get_service_model(names.get(service, service))
        operation = model.operation_model(name[0].upper() + name[1:])
        check(call["arguments"], operation.input_shape, call["api"] + " Arguments")
    except Exception as error:
        found.append(f"{call['api']}: {error}")
json.dump(found, sys.stdout)
`;
