import { type OwnerPorts, PartitionOwner } from '#libs/core';
import { type PartitionRig, RELAY_LIMITS } from '../../src/rig/partition-rig.ts';

const ignored = (): void => undefined;

/** An owner of the rig's partition, not running yet; `ports` are those that it has to itself. */
export function ownerOf(
  rig: PartitionRig,
  { ports = {}, mayOpenAgain = () => true }: { ports?: Partial<OwnerPorts>; mayOpenAgain?: () => boolean },
): PartitionOwner {
  const hooks = {
    opened: ignored,
    closed: ignored,
    notOpened: ignored,
    progress: ignored,
    published: ignored,
    sent: ignored,
    retried: ignored,
    mayOpenAgain,
  };
  return new PartitionOwner(0, { ...rig.owner, ...ports }, { limits: RELAY_LIMITS, hooks });
}
