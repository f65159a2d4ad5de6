import { describe, expect, it } from 'vitest';
import { parsePolicy, type Policy } from '../../../src/model/roles/parse-policy.ts';
import { contextKeysIn, evaluate } from '../../../src/model/roles/policy-evaluation.ts';
import { fillIn, variablesIn } from '../../../src/model/roles/wildcard.ts';

const account = '123456789012';
const context = {
  'aws:PrincipalAccount': account,
  'aws:PrincipalTag/team': 'a*b',
  'aws:userid': 'AROA:deploy',
  'aws:TagKeys': ['x'],
  'aws:PrincipalArn': `arn:aws:iam::${account}:role/exec`,
};
const arn = (name: string): string => `arn:aws:ssm:us-east-1:${account}:parameter/${name}`;

function policy(statement: object, Version = '2012-10-17'): Policy {
  const Statement = { Effect: 'Allow', Action: 'ssm:GetParameter', ...statement };
  return parsePolicy({ Version, Statement }, 'identity');
}

function allows(statement: object, name = 'app', version?: string): boolean {
  const request = { action: 'ssm:GetParameter', resource: arn(name), context };
  return evaluate([policy(statement, version)], request) === 'allowed';
}

describe('policy variables in resources', () => {
  it.each([
    ['a key', '${aws:PrincipalAccount}', account, true],
    ['a key in another case', '${AWS:principalaccount}', account, true],
    ['a key between other text', 'x/${aws:PrincipalAccount}/*', `x/${account}/y`, true],
    ['another value', '${aws:PrincipalAccount}', 'app', false],
    ['a wildcard in a value is none', '${aws:PrincipalTag/team}', 'aXb', false],
    ['a value with a wildcard', '${aws:PrincipalTag/team}', 'a*b', true],
    ['no value', '${aws:username}', '${aws:username}', false],
    ['no value, beside a wildcard', '*${aws:username}', 'app', false],
    ['a list is no value', '${aws:TagKeys}', 'x', false],
    ['a default', "${aws:username, 'app'}", 'app', true],
    ['a default that is not used', "${aws:PrincipalAccount, 'app'}", 'app', false],
    ['an empty default', "app${aws:username, ''}", 'app', true],
    ['a default without quotes is none', '${aws:username, app}', 'app', false],
    ['a star', 'a${*}', 'a*', true],
    ['a star that is none', 'a${*}', 'ab', false],
    ['a question mark', 'a${?}', 'ab', false],
    ['a dollar', 'a${$}{b}', 'a${b}', true],
    ['an open brace', 'a${', 'a${', true],
  ])('%s', (_, written, name, expected) => {
    expect(allows({ Resource: arn(written) }, name)).toBe(expected);
  });

  it('have no place before the fifth colon', () => {
    const Resource = 'arn:aws:ssm:*:${aws:PrincipalAccount}:parameter/app';
    expect(allows({ Resource })).toBe(false);
  });

  it('do not let a NotResource without a value refuse anything', () => {
    expect(allows({ NotResource: arn('${aws:username}') })).toBe(true);
    expect(allows({ NotResource: arn('${aws:username}*') }, 'other')).toBe(true);
  });

  it('are text in policies of the older version', () => {
    const Resource = arn('${aws:PrincipalAccount}');
    expect(allows({ Resource }, account, '2008-10-17')).toBe(false);
    expect(allows({ Resource }, '${aws:PrincipalAccount}', '2008-10-17')).toBe(true);
  });

  // In square time it would take minutes, and the test its time limit.
  it('are found in one pass over what looks like many of them', { timeout: 30_000 }, () => {
    expect(variablesIn('${'.repeat(500_000))).toEqual([]);
    expect(fillIn(`\${a${' '.repeat(500_000)}b}`, () => 'x')).toBe('x');
    expect(allows({ Resource: arn('a'.repeat(500_000)) })).toBe(false);
  });
});

describe('fillIn', () => {
  const variables = (key: string): string | undefined => (key === 'a' ? 'x' : undefined);

  it.each([
    ['${a}-${ a }-${a , b}', 'x-x-x'],
    ['${*}${?}${$}', '*?$'],
    ["${b,'d'}${b, ' d, ' }", 'd d, '],
    ["${b,''}${b,'it's'}", "it's"],
    ['$a {a} ${a', '$a {a} ${a'],
    ['', ''],
    ['${b}', undefined],
    ["${b,'}", undefined],
    ["${b,'d}", undefined],
    ["${b,d'}", undefined],
    ['${b,d}', undefined],
    ["${b,x'd'}", undefined],
    ["${b,'d'x}", undefined],
    ['${b,}', undefined],
  ])('%s becomes %s', (written, text) => {
    expect(fillIn(written, variables)).toBe(text);
  });

  it('leaves all as it is without variables', () => {
    expect(fillIn('${a}${*}')).toBe('${a}${*}');
  });
});

describe('policy variables in conditions', () => {
  it.each([
    ['StringEquals', 'aws:userid', "AROA:${aws:none, 'deploy'}", true],
    ['StringEquals', 'aws:PrincipalTag/team', 'a${*}b', true],
    ['StringEquals', 'aws:userid', '${aws:username}', false],
    ['StringNotEquals', 'aws:userid', '${aws:username}', true],
    ['StringEqualsIgnoreCase', 'aws:userid', '${aws:UserId}', true],
    ['StringLike', 'aws:PrincipalTag/team', '${aws:PrincipalTag/team}', true],
    ['StringLike', 'aws:userid', '${aws:username}*', false],
    ['ArnLike', 'aws:PrincipalArn', '${aws:PrincipalArn}', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::${aws:PrincipalAccount}:role/*', true],
    ['ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::${aws:none}:role/*', true],
    ['NumericEquals', 'aws:PrincipalAccount', '${aws:PrincipalAccount}', false],
    ['ForAnyValue:StringLike', 'aws:TagKeys', "${aws:none, 'x'}", true],
  ])('%s: %s against %s: %s', (operator, key, wanted, expected) => {
    const Condition = { [operator]: { [key]: wanted } };
    expect(allows({ Resource: '*', Condition })).toBe(expected);
  });
});

describe('contextKeysIn', () => {
  it('finds the keys of conditions and variables, each once', () => {
    const statement = {
      Resource: [arn('${aws:username}'), arn("${*}${aws:userid, 'x'}")],
      Condition: {
        StringEquals: { 'aws:RequestedRegion': 'us-east-1', 'aws:userid': '${aws:UserName}' },
        Null: { 'AWS:requestedregion': 'false' },
      },
    };
    const keys = contextKeysIn([policy(statement)]).map((key) => key.toLowerCase());
    expect(keys).toEqual(['aws:requestedregion', 'aws:userid', 'aws:username']);
    expect(contextKeysIn([policy(statement, '2008-10-17')])).not.toContain('aws:username');
  });

  it('finds those of resources, of all but some, and of no resource at all', () => {
    const [Resource, NotResource] = [arn('${aws:username}'), arn('${aws:userid}')];
    expect(contextKeysIn([policy({ Resource })])).toEqual(['aws:username']);
    expect(contextKeysIn([policy({ NotResource })])).toEqual(['aws:userid']);
    const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' };
    const document = { Version: '2012-10-17', Statement: trust };
    expect(contextKeysIn([parsePolicy(document, 'trust')])).toEqual([]);
  });
});
