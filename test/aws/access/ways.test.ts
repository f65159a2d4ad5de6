import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { accessScene, type AccessScene } from '../../helpers/access-scene.ts';
import { hosts, rows } from './ways.ts';

// Who signs, for which region, to which host and through which proxy: the same environments, files and
// options for ecs-secrets and the AWS CLI, against servers that note who comes.
let scene: AccessScene;
beforeAll(async () => {
  scene = await accessScene(hosts);
});
afterAll(() => scene[Symbol.asyncDispose]());

describe('ecs-secrets comes', () => {
  test.each(rows)('with $name', async ({ way, ...given }) => {
    const seen = await scene.ours(given);
    expect([seen.code, seen.stderr]).toEqual([0, '']);
    expect(scene.way()).toEqual(way);
  });
});

// What only some rows of the AWS CLI need is left out: the table says so and why.
const compared = rows.filter(({ differs }) => !differs || differs.way);

describe.runIf(inject('awsCli'))('the AWS CLI comes', () => {
  test.each(compared)('with $name', async ({ way, differs, ...given }) => {
    const seen = await scene.theirs(given);
    expect([seen.code, seen.stderr]).toEqual([0, '']);
    expect(scene.way()).toEqual({ ...way, ...differs?.way });
  });
});
