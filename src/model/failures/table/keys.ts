import type { StartFailure } from '../start-failure.ts';

/** Failures of the KMS keys that encrypt secrets and parameters. */
export const keyFailures: readonly StartFailure[] = [
  {
    id: 'key-denied',
    title: 'the value could not be decrypted',
    cause:
      'the role lacks kms:Decrypt on the customer-managed key, or the key policy excludes the role',
    outlook: 'maybe-role',
    wordings: [
      ['Access to KMS is not allowed'],
      ['not authorized to perform: kms:'],
      ['ciphertext refers to a customer master key that does not exist'],
      ['AccessDeniedException', 'kms:Decrypt'],
      ['KMSAccessDeniedException'],
    ],
    checks: ['key', 'grant', 'role'],
    advice: 'grant kms:Decrypt on the key: ecs-secrets role create ROLE --task-definition FAMILY',
  },
  {
    id: 'key-unusable',
    title: 'the key that encrypts the value cannot be used',
    cause: 'the KMS key is disabled, scheduled for deletion, or gone',
    outlook: 'hopeless',
    wordings: [
      ['InvalidKeyId'],
      ['KMSInvalidStateException'],
      ['KMSNotFoundException'],
      ['InvalidKeyUsageException'],
      ['DisabledException'],
      ['DecryptionFailure'],
      ['kms', 'is pending deletion'],
      ['key', 'is pending deletion'],
      ['key/', 'is pending import'],
      ['key/', 'is disabled'],
      ['KMS key is disabled'],
    ],
    checks: ['key'],
    advice: 'enable the key or cancel its deletion, or store the value again under another key',
  },
];
