import type { Ecs } from '../../aws/ecs.ts';
import type { Aws } from '../../aws/index.ts';
import type { CliError } from '../../errors.ts';
import type { Clock } from '../../world.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import { untilDeadline } from '../until-deadline.ts';
import { codeDeployer } from './code-deploy.ts';
import { lookAtDeployments, type FollowEvent } from './look-at-deployments.ts';
import {
  failuresOf,
  planRedeploy,
  type FollowedDeployment,
  type RedeployOutcome,
  type Refused,
} from './redeploy-outcome.ts';
import { deservesAnotherStart, mostAttempts } from './should-give-up.ts';
import { startDeployment, type Start } from './start-deployment.ts';

/** When to start no further deployments. */
export interface Gate {
  /** How many services may fail before that. */
  maxFailures: number;
  /** Also stop following: the deployments in progress are about to be replaced. */
  abandon: boolean;
}

/** How to start and follow deployments. */
export interface RedeployOptions {
  /** If false, start the deployments without following them. */
  wait: boolean;
  /** If false, a deployment that failed for transient reasons is not started again. */
  restart?: boolean;
  /** Deploy services with the CODE_DEPLOY controller through CodeDeploy. */
  codeDeploy?: boolean;
  /** Deploy this revision instead of the running one. */
  taskDefinition?: string | ((consumer: Consumer) => string);
  /** Maximum services deploying at the same time; without `wait`, maximum concurrent requests. */
  maxParallel: number;
  /**
   * The role may have just been created or changed: a denial may mean that IAM has not propagated
   * it.
   */
  roleMayBeNew?: boolean;
  /** Undefined: every deployment is started, whatever the results of the others. */
  gate: Gate | undefined;
  /** Milliseconds from the start of a deployment until following stops. */
  timeout: number;
  clock: Clock;
  interrupted: AbortSignal;
  onEvent: (event: FollowEvent) => void;
}

/**
 * Forces a new deployment of every consumer and follows each by its own ID. Starts and follows
 * concurrently, with at most `maxParallel` services deploying at any time. If interrupted at any
 * call, requested deployments continue in ECS.
 */
export async function redeployServices(
  aws: Aws,
  consumers: readonly Consumer[],
  options: RedeployOptions,
): Promise<RedeployOutcome> {
  const { redeploy, skipped } = planRedeploy(consumers, options);
  const rolling = new Rolling(aws, await aws.ecs(), redeploy, options);
  await rolling.run();
  return { ...rolling.outcome(), skipped };
}

// --- internal ---

/** Milliseconds between two reads: short after an event, then growing. */
const shortest = 1_000;
const longest = 10_000;

/**
 * Milliseconds that a read may take even if the deployment has timed out: it may have completed.
 */
const leastForALook = 1_000;

/** Milliseconds before a deployment is started again, multiplied by the attempts so far. */
const pauseBeforeRestart = 10_000;

/**
 * Milliseconds after which a request without an answer counts as refused if ECS shows no
 * deployment.
 */
const uncertainty = 10_000;

/** One consumer in progress. */
interface Track {
  deployment: FollowedDeployment;
  phase: 'starting' | 'following' | 'ended';
  /** Set while it is unknown whether ECS accepted the request. */
  uncertain: CliError | undefined;
  refusal: CliError | undefined;
}

class Rolling {
  readonly #ecs: Ecs;
  readonly #options: RedeployOptions;
  readonly #codeDeploy;
  readonly #queue: Consumer[];
  readonly #tracks: Track[] = [];
  readonly #requests = new Set<Promise<void>>();
  #fault: Error | undefined;
  /** Resolves when the user interrupts. */
  readonly #interruption: Promise<false>;
  #ring = (): void => undefined;
  /** The read in progress. */
  #looking: Promise<boolean> | undefined;

  constructor(aws: Aws, ecs: Ecs, consumers: readonly Consumer[], options: RedeployOptions) {
    this.#ecs = ecs;
    this.#options = options;
    this.#codeDeploy = codeDeployer(aws);
    this.#queue = [...consumers];
    const { interrupted } = options;
    this.#interruption = new Promise((resolve) => {
      const stop = (): void => {
        resolve(false);
      };
      if (interrupted.aborted) stop();
      interrupted.addEventListener('abort', stop, { once: true });
    });
  }

  async run(): Promise<void> {
    const { clock, interrupted, gate, wait, maxParallel } = this.#options;
    let pause = shortest;
    let tick = clock.sleep(pause, interrupted);
    while (!interrupted.aborted && !(gate?.abandon && this.#hasFailed())) {
      while (this.#underWay() < maxParallel && this.#mayStart()) {
        const next = this.#queue.shift();
        if (!next) break;
        this.#begin(this.#track(next));
      }
      if (this.#underWay() === 0) break;
      const bell = new Promise<false>((resolve) => {
        this.#ring = () => {
          resolve(false);
        };
      });
      const isTime = await Promise.race([tick.then(() => true), bell]);
      if (this.#fault) throw this.#fault;
      if (!isTime) continue;
      const happened = wait && (await this.#lookInTime());
      pause = happened ? shortest : Math.min(pause * 1.3, longest);
      tick = clock.sleep(pause, interrupted);
    }
    await this.#end();
  }

  outcome(): Omit<RedeployOutcome, 'skipped'> {
    const notStarted = [...this.#queue];
    const deployments = this.#followed();
    const isCutOff =
      notStarted.length > 0 || deployments.some((one) => one.state === 'interrupted');
    return {
      deployments,
      refused: this.#refused(),
      notStarted,
      interrupted: this.#options.interrupted.aborted && isCutOff,
    };
  }

  #inPhase(phase: Track['phase']): Track[] {
    return this.#tracks.filter((track) => track.phase === phase);
  }

  #followed(): FollowedDeployment[] {
    return this.#tracks.filter(({ refusal }) => !refusal).map(({ deployment }) => deployment);
  }

  #refused(): Refused[] {
    return this.#tracks.flatMap(({ deployment: { consumer }, refusal, uncertain }) =>
      refusal ? [{ consumer, error: refusal, uncertain: uncertain !== undefined }] : [],
    );
  }

  #underWay(): number {
    const starting = this.#inPhase('starting').length;
    return this.#options.wait ? starting + this.#inPhase('following').length : starting;
  }

  #hasFailed(): boolean {
    const { gate } = this.#options;
    if (!gate) return false;
    const failures = failuresOf({ deployments: this.#followed(), refused: this.#refused() });
    return failures > gate.maxFailures;
  }

  /** A deployment with an unknown result prevents further ones from starting. */
  #mayStart(): boolean {
    if (this.#options.interrupted.aborted) return false;
    if (!this.#options.gate) return true;
    const isLost = ({ state }: FollowedDeployment): boolean =>
      state === 'timed-out' || state === 'not-followed';
    return !this.#hasFailed() && !this.#followed().some(isLost);
  }

  #track(consumer: Consumer): Track {
    const { deployments, currentServiceDeployment = '' } = consumer.service;
    const deployment: FollowedDeployment = {
      consumer,
      service: consumer.service,
      deploymentId: undefined,
      serviceDeployment: undefined,
      before: [...deployments.map(({ id }) => id), currentServiceDeployment],
      state: 'in-progress',
      reason: undefined,
      superseded: false,
      rollout: undefined,
      stopReasons: [],
      failureThreshold: undefined,
      startedAt: this.#options.clock.now(),
      elapsed: 0,
      attempts: 0,
    };
    const track: Track = {
      deployment,
      phase: 'starting',
      uncertain: undefined,
      refusal: undefined,
    };
    this.#tracks.push(track);
    return track;
  }

  #begin(track: Track, pause = 0): void {
    const { clock, interrupted, taskDefinition } = this.#options;
    track.phase = 'starting';
    const request = async (): Promise<void> => {
      if (pause > 0) await clock.sleep(pause, interrupted);
      if (pause > 0 && interrupted.aborted) return;
      track.deployment.attempts += 1;
      const { consumer } = track.deployment;
      const revision =
        typeof taskDefinition === 'function' ? taskDefinition(consumer) : taskDefinition;
      const calls = { ecs: this.#ecs, codeDeploy: this.#codeDeploy, taskDefinition: revision };
      this.#note(track, await startDeployment(consumer, calls));
    };
    const running = request()
      .catch((error: unknown) => {
        this.#fault = error as Error;
      })
      .then(() => {
        this.#requests.delete(running);
        this.#ring();
      });
    this.#requests.add(running);
  }

  /** Records the result of a request. */
  #note(track: Track, start: Start): void {
    const { deployment } = track;
    const { onEvent } = this.#options;
    track.phase = 'following';
    track.uncertain = undefined;
    switch (start.state) {
      case 'started': {
        const { state: _, ...known } = start;
        Object.assign(deployment, known);
        if (deployment.deploymentId !== undefined) onEvent({ kind: 'started', deployment });
        return;
      }
      case 'service-deleted':
        track.phase = 'ended';
        deployment.state = 'service-deleted';
        deployment.reason = start.reason;
        onEvent({ kind: 'changed', deployment });
        return;
      case 'uncertain':
        track.uncertain = start.error;
        deployment.reason = `ECS has not confirmed the deployment: ${start.error.message}`;
        return;
      case 'refused':
        if (start.error.code === 'throttled' && deployment.attempts < mostAttempts) {
          this.#startAgain(track, start.error.message);
        } else {
          track.phase = 'ended';
          track.refusal = start.error;
        }
    }
  }

  #startAgain(track: Track, reason: string): void {
    const { deployment } = track;
    this.#options.onEvent({ kind: 'starting-again', deployment, reason });
    const { deploymentId = '', serviceDeployment = '', consumer } = deployment;
    deployment.consumer = { ...consumer, follow: undefined };
    deployment.before = [...deployment.before, deploymentId, serviceDeployment];
    deployment.deploymentId = undefined;
    deployment.serviceDeployment = undefined;
    deployment.rollout = undefined;
    deployment.state = 'in-progress';
    deployment.reason = reason;
    this.#begin(track, pauseBeforeRestart * deployment.attempts);
  }

  /** Returns whether anything happened since the last read. */
  async #look(): Promise<boolean> {
    const { clock } = this.#options;
    let happened = false;
    const onEvent = (event: FollowEvent): void => {
      happened = true;
      this.#options.onEvent(event);
    };
    const open = this.#inPhase('following');
    const deployments = open.map(({ deployment }) => deployment);
    await lookAtDeployments(this.#ecs, deployments, clock.now(), onEvent);
    for (const track of open) if (track.phase === 'following') this.#settle(track);
    const all = this.#followed();
    this.#options.onEvent({ kind: 'polled', deployments: all, waiting: [...this.#queue] });
    return happened;
  }

  /**
   * Reads until the user interrupts or a deployment times out, even if the read is pending. Late
   * deployments are given up then, and the next call awaits the pending read.
   */
  async #lookInTime(): Promise<boolean> {
    const { clock, timeout } = this.#options;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    const starts = this.#inPhase('following').map(({ deployment }) => deployment.startedAt);
    const look = Promise.race([this.#looking, this.#interruption]);
    const deadline = Math.max(Math.min(...starts) + timeout, clock.now() + leastForALook);
    const happened = await untilDeadline(look, deadline, clock);
    if (happened !== 'late') return happened;
    for (const track of this.#inPhase('following')) {
      if (clock.now() - track.deployment.startedAt >= timeout) this.#giveUp(track, 'timed-out');
    }
    return true;
  }

  /** How long to wait for a late answer after an interrupt. */
  async #patience(): Promise<void> {
    await this.#options.clock.sleep(5_000, new AbortController().signal);
  }

  /** Ends finished deployments, restarts those that deserve it, and gives up late ones. */
  #settle(track: Track): void {
    const { deployment } = track;
    if (deployment.deploymentId !== undefined) track.uncertain = undefined;
    if (deployment.state !== 'in-progress') {
      const { restart = true } = this.#options;
      if (restart && deservesAnotherStart(deployment, this.#options)) {
        this.#startAgain(track, deployment.stopReasons.at(-1) ?? '');
      } else track.phase = 'ended';
    } else if (track.uncertain && deployment.elapsed >= uncertainty) {
      track.phase = 'ended';
      track.refusal = track.uncertain;
    } else if (deployment.elapsed >= this.#options.timeout) {
      this.#giveUp(track, 'timed-out');
    }
  }

  #giveUp(track: Track, state: 'timed-out' | 'interrupted'): void {
    const { deployment } = track;
    track.phase = 'ended';
    deployment.state = state;
    deployment.elapsed = this.#options.clock.now() - deployment.startedAt;
    // For an unfinished deployment, the most useful reason is what delayed it.
    const { pause, reason } = deployment.rollout ?? {};
    deployment.reason = pause ? reason : (deployment.stopReasons.at(-1) ?? deployment.reason);
    this.#options.onEvent({ kind: 'changed', deployment });
  }

  /** Waits for the answers to the requests, and reports how far the others came. */
  async #end(): Promise<void> {
    const { interrupted, wait } = this.#options;
    const answers = Promise.all(this.#requests);
    if (!interrupted.aborted) await answers;
    // After an interrupt, report soon even if an answer is late.
    else await Promise.race([answers, this.#patience()]);
    if (this.#fault) throw this.#fault;
    if (!interrupted.aborted) return;
    if (wait) await Promise.race([this.#look(), this.#patience()]);
    const left = [...this.#inPhase('starting'), ...(wait ? this.#inPhase('following') : [])];
    for (const track of left) this.#giveUp(track, 'interrupted');
  }
}
