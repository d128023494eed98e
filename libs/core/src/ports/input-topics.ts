import type { Watermarks } from './decision-log.ts';

/** The topics that feed a partition. */
export interface InputTopics {
  readonly names: readonly string[];
  watermarks(topic: string, partition: number): Promise<Watermarks>;
}
