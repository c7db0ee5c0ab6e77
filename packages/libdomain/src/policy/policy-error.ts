import { messageOf, VmToolsError } from '@vm-tools/errors';

/** The failure of a policy, as one of our errors. */
export function policyError(thrown: unknown): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  return new VmToolsError({
    code: 'DOMAIN_POLICY_FAILED',
    message: messageOf(thrown),
    hint: 'do by hand what the configuration of the domain says',
    cause: thrown,
  });
}
