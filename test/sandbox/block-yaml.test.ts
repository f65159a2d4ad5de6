import { expect, test } from 'vitest';
import { readBlockYaml } from '../../src/sandbox/codedeploy/block-yaml.ts';

test('reads keys by their paths, in the forms that AppSpecs are written in', () => {
  const text = [
    '# an AppSpec',
    'version: 0.0',
    'Resources:',
    '- TargetService:',
    "    'Type': AWS::ECS::Service # comment",
    '    Properties:',
    '      TaskDefinition: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:2" # pinned',
    '      LoadBalancerInfo: {ContainerName: app}',
    'Hooks:',
    '  - BeforeInstall: check',
    '  - BeforeInstall: again',
    'Empty:',
  ].join('\r\n');
  expect(Object.fromEntries(readBlockYaml(text))).toEqual({
    version: '0.0',
    'Resources/TargetService/Type': 'AWS::ECS::Service',
    'Resources/TargetService/Properties/TaskDefinition':
      'arn:aws:ecs:us-east-1:123456789012:task-definition/web:2',
    'Resources/TargetService/Properties/LoadBalancerInfo': '{ContainerName: app}',
    'Hooks/BeforeInstall': 'check',
  });
});

test('takes any text, however long its lines', () => {
  for (const line of [' '.repeat(500_000), '- '.repeat(250_000), `a:${' '.repeat(500_000)}x`]) {
    readBlockYaml(line);
  }
});
