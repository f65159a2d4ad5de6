import { fold } from './states.ts';

// The rules of model/definitions/secret-uses.ts and model/secrets/reference.ts, in JSONata. A test holds
// both against each other.

/**
 * An expression for the spellings of a secret, without what may follow: of `$one`, which has `store`,
 * `name` and `arn`.
 */
export const spellings = fold(`
  $one.store = 'parameter-store'
    ? ($contains($substring($one.name, 1), '/')
        ? [$one.arn, $one.name, 'ssm:' & $one.name]
        : ($bare := $replace($one.name, '/', '');
           [$one.arn, $bare, '/' & $bare, 'ssm:' & $bare, 'ssm:/' & $bare]))
    : $append(
        [$one.arn, 'sm:' & $one.name],
        $contains($one.name, /-[A-Za-z0-9]{6}$/)
          ? []
          : $join($split($one.arn, ':')[[0..5]], ':') & ':' & $one.name
      )
`);

/**
 * An expression for the references of a service: what each refers to (`base`), and whether it is fixed to
 * one version (`pinned`). `$td` is the task definition, `$connect` the references of Service Connect.
 */
export const references = fold(`(
  $containers := $td.ContainerDefinitions;
  $registry := [$containers.RepositoryCredentials.CredentialsParameter];
  $specs := [$containers.CredentialSpecs];
  $texts := [
    $containers.Secrets.ValueFrom,
    $containers.LogConfiguration.SecretOptions.ValueFrom,
    $td.Volumes.FsxWindowsFileServerVolumeConfiguration.AuthorizationConfig.CredentialsParameter,
    $connect,
    $map($registry, function($text) { $contains($text, /^(arn|ssm|sm):/) ? $text : 'sm:' & $text }),
    $map($specs, function($text) {
      $contains($text, /^credentialspec(domainless)?:arn:/)
        ? $replace($text, /^credentialspec(domainless)?:/, '')
    })
  ];
  [$map($texts, function($text) { (
    $parts := $split($text, ':');
    $names := $parts[0] = 'arn' and $parts[2] = 'secretsmanager' ? 7 : $parts[0] = 'sm' ? 2 : 0;
    $stage := [$parts[$names + 1], ''][0];
    $names = 0
      ? { 'base': $text, 'pinned': false }
      : {
          'base': $join($filter($parts, function($part, $i) { $i < $names }), ':'),
          'pinned': $length([$parts[$names + 2], ''][0]) > 0
            or $not($stage in ['', 'AWSCURRENT'])
        }
  ) })]
)`);
