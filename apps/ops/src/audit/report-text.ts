import type { Violation } from '#libs/core';
import { formatCount as n } from '../progress.ts';
import type { AuditReport } from './audit-report.ts';

/** An audit's report for people. */
export function reportText(report: AuditReport): string {
  const { http, not_checked: notChecked } = report;
  const rejected = Object.entries(report.rejected).map(([reason, count]) => `${n(count)} ${reason}`);
  const lines = [
    `Asked     ${n(report.transactions_asked)} transactions in ${n(report.input_records)} input records${http === null ? '' : ` and ${n(http.asked)} HTTP requests`}`,
    `Decided   ${n(report.decided)}, ${n(report.held)} of them held; ${n(report.duplicates_in_input)} duplicates in the input`,
    `Rejected  ${rejected.length === 0 ? 'none' : rejected.join(', ')}; ${n(report.dead_letters)} dead letters`,
    `Accounts  ${n(report.accounts_checked)} compared with their events${report.accounts_in_motion === 0 ? '' : `, ${n(report.accounts_in_motion)} in motion`}`,
    `Entities  ${n(report.entities_checked)} compared with their events${report.entity_partitions_in_motion === 0 ? '' : `; ${n(report.entity_partitions_in_motion)} partitions in motion`}`,
    `Log       ${n(report.partitions)} partitions, ${n(report.openings)} openings, ${n(report.ignored_log_records)} records that the rule ignores`,
  ];
  if (http !== null) {
    const { never_published: never, decided_anew: anew } = http.lost_ack_state;
    lines.push(
      `HTTP      ${n(never + anew)} answers with ack=state lost with the store (${n(never)} never published, ${n(anew)} decided anew)`,
    );
  }
  if (report.unattributed_decisions > 0) {
    const why =
      http === null ? 'decided over HTTP: give the record of the senders as --asked' : 'their input is trimmed';
    lines.push(
      `Unknown   ${n(report.unattributed_decisions)} decisions that nobody is known to have asked for (${why})`,
    );
  }
  if (notChecked.vectors > 0) lines.push(`Skipped   ${n(notChecked.vectors)} vectors of another feature set`);
  if (notChecked.rulings > 0) lines.push(`Skipped   ${n(notChecked.rulings)} decisions of another policy`);
  if (notChecked.probabilities > 0)
    lines.push(`Skipped   ${n(notChecked.probabilities)} scores of a model that is not at hand`);
  return [...lines, '', ...verdict(report)].join('\n');
}

function verdict({ ok, at_rest: atRest, violations, found }: AuditReport): string[] {
  const checked = Object.keys(violations).filter((name) => atRest || name !== 'I9');
  if (ok) return [`Clean: ${checked.join(' ')} hold.`];
  const lines = [
    `BROKEN: ${Object.entries(violations)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} (${n(count)})`)
      .join(', ')}`,
  ];
  for (const { kind, count, first } of found) {
    lines.push('', `${kind}: ${n(count)}${count > first.length ? `, the first ${first.length}` : ''}`);
    lines.push(...first.map(describe));
  }
  return lines;
}

function describe({ partition, seq, offset, accountId, transactionId, entity, detail }: Violation): string {
  const place = [
    `partition ${partition}`,
    seq === undefined ? '' : `seq ${seq}`,
    offset === undefined ? '' : `offset ${offset}`,
    accountId ?? '',
    transactionId ?? '',
    entity ?? '',
  ].filter((part) => part !== '');
  return `  ${place.join(' ')}: ${detail}`;
}
