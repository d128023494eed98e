import type { RegisteredModel } from '../ports/model-source.ts';

/** Whether two mean the same model, to the last byte. */
export function isSameModel(left: RegisteredModel, right: RegisteredModel): boolean {
  return left.id === right.id && left.version === right.version && left.manifestSha256 === right.manifestSha256;
}
