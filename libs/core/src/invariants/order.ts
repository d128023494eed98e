import type { ValidMark } from './history-facts.ts';
import type { Violation } from './violation.ts';

/** I5 in the log: valid events are numbered 1, 2, 3, …; an OPEN raises the epoch by one on top of them; input positions never fall. */
export function orderViolations(partition: number, marks: readonly ValidMark[]): Violation[] {
  const violations: Violation[] = [];
  let epoch = 0;
  let seq = 0;
  let offset = -1;
  const positions = new Map<string, number>();
  for (const mark of marks) {
    const say = (code: string, detail: string): void => {
      violations.push({ invariant: 'I5', code, partition, seq: mark.seq, offset: mark.offset, detail });
    };
    if (mark.offset <= offset) say('offset_falls', `Follows offset ${offset}`);
    if (mark.kind === 'open') {
      if (mark.epoch !== epoch + 1) say('epoch_jumps', `Opens epoch ${mark.epoch} after epoch ${epoch}`);
      if (mark.seq !== seq) say('base_differs', `Opens on seq ${mark.seq} while the log stands at ${seq}`);
    } else {
      if (mark.epoch !== epoch) say('epoch_differs', `An event of epoch ${mark.epoch} in epoch ${epoch}`);
      if (mark.seq !== seq + 1) say('seq_gap', `Seq ${mark.seq} follows seq ${seq}`);
    }
    if (mark.input !== null) {
      const { topic, next } = mark.input;
      const before = positions.get(topic) ?? 0;
      if (next < before) say('input_falls', `Puts ${topic} back from offset ${before} to ${next}`);
      positions.set(topic, Math.max(before, next));
    }
    ({ epoch, seq, offset } = mark);
  }
  return violations;
}

/** Up to where each input topic is applied, by the log alone. */
export function inputPositions(marks: readonly ValidMark[]): Map<string, number> {
  const positions = new Map<string, number>();
  for (const { input } of marks) {
    if (input !== null) positions.set(input.topic, Math.max(input.next, positions.get(input.topic) ?? 0));
  }
  return positions;
}

/** I5 in the store: its input positions are at least the log's, and never beyond the input's end. `ends` are high watermarks. */
export function positionViolations(
  partition: number,
  { logged, stored, ends }: Record<'logged' | 'stored' | 'ends', ReadonlyMap<string, number>>,
): Violation[] {
  const violations: Violation[] = [];
  for (const [topic, next] of logged) {
    const position = stored.get(topic) ?? 0;
    if (position >= next) continue;
    const detail = `The store has applied ${topic} up to offset ${position}, the log up to ${next}`;
    violations.push({ invariant: 'I5', code: 'input_behind_log', partition, offset: position, detail });
  }
  for (const [topic, position] of stored) {
    const end = ends.get(topic);
    if (end === undefined || position <= end) continue;
    const detail = `The store has applied ${topic} up to offset ${position}, but it ends at ${end}`;
    violations.push({ invariant: 'I5', code: 'input_beyond_end', partition, offset: position, detail });
  }
  return violations;
}
