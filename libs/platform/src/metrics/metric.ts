/** The label values that a metric may have; `number` stands for a partition or another small number, `model` for what tells models apart, `feature` for an input's name. */
export type LabelValues = readonly string[] | 'number' | 'topic' | 'model' | 'feature';

/** Labels of a metric by name. A label is never an id: every value costs memory in each process and in Prometheus. */
export type LabelSpec = Readonly<Record<string, LabelValues>>;

/** One metric: all that a reader of a dashboard or of an alert must know. */
export interface MetricSpec<K extends MetricKind = MetricKind, L extends LabelSpec = LabelSpec> {
  readonly kind: K;
  /** As Prometheus sees it, unit and `_total` included: the exporter adds nothing. */
  readonly name: string;
  readonly unit: string;
  readonly labels: L;
  readonly meaning: string;
  /** What to look at when it is not as it should be. */
  readonly remedy: string;
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

/** `counter` only rises, `gauge` is read when it is asked for, `histogram` counts values by bucket. */
export type MetricKind = 'counter' | 'gauge' | 'histogram';

/** The labels that `spec` asks for, each within its closed list where it has one. */
export type LabelsOf<S extends MetricSpec> = {
  readonly [N in keyof S['labels']]: S['labels'][N] extends readonly (infer V)[]
    ? V
    : S['labels'][N] extends 'number'
      ? number
      : string;
};

type Description<L extends LabelSpec> = Pick<MetricSpec, 'unit' | 'meaning' | 'remedy' | 'buckets'> & {
  readonly labels: L;
};

/** A metric that only rises; its name ends in `_total`. */
export function counter<const L extends LabelSpec>(name: string, spec: Description<L>): MetricSpec<'counter', L> {
  return { kind: 'counter', name, ...spec };
}

/** A value as it is now. */
export function gauge<const L extends LabelSpec>(name: string, spec: Description<L>): MetricSpec<'gauge', L> {
  return { kind: 'gauge', name, ...spec };
}

/** A distribution; its name ends in its unit. */
export function histogram<const L extends LabelSpec>(
  name: string,
  spec: Description<L> & { readonly buckets: readonly number[] },
): MetricSpec<'histogram', L> {
  return { kind: 'histogram', name, ...spec };
}

/** Every combination of a metric's closed labels; empty when one of them is open. */
export function closedLabelSets(labels: LabelSpec): Record<string, string>[] {
  let sets: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(labels)) {
    if (typeof values === 'string') return [];
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })));
  }
  return sets;
}
