import { references } from './match.ts';

/** A change so soon after a deployment began may have been made by its tasks, when they started. */
const startTime = 15 * 60 * 1000;

const began = '$toMillis($service.created)';

/**
 * An expression for what is to become of a service: nothing if it does not use the secrets. `created` is when its PRIMARY
 * deployment began: tasks of a later deployment read the new value.
 */
export const verdict = `(
    $service := $states.input;
    $td := $states.result.TaskDefinition;
    $connect := $service.connect;
    $uses := ${references};
    $used := function($secret) { $count($uses[$not(pinned) and base in $secret.keys]) > 0 };
    $live := [$filter($wanted, $used)];
    $pinned := $filter($wanted, function($secret) { $count($uses[base in $secret.keys]) > 0 });
    $due := [$filter($live, function($secret) {
      ${began} < $toMillis($secret.time)
        and ($not($late) or $toMillis($secret.time) > ${began} + ${startTime})
    })];
    $others := [$filter($merged, function($secret) {
      ${began} < $toMillis($secret.time) and $used($secret)
    })];
    $skip := $count($live) = 0 ? 'it is pinned to a version of the secret'
      : $service.off ? 'it has the tag ecs-secrets:auto-redeploy=off'
      : $service.controller in ['CODE_DEPLOY', 'EXTERNAL'] ? 'its deployment controller is ' & $service.controller
      : $count($due) = 0 ? 'its deployment is newer than the change'
      : $count($others) > 0 ? 'it is redeployed for ' & $others[0].name & ', which changed shortly before'
      : '';
    $count($pinned) = 0 or $late and $count($due) = 0
      ? {}
      : $merge([
          { 's': $service.s, 'c': $service.c },
          $skip = '' ? {} : { 'skip': $skip },
          $skip = '' and $count($due[$toMillis(time) <= ${began} + ${startTime}]) > 0 ? { 'check': true } : {}
        ])
  )`;
