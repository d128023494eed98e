import { constants, setPriority } from 'node:os';
import { openVerified } from './load-model.ts';
import type { ModelFiles } from './model-files.ts';
import { ModelRefused } from './model-refused.ts';
import type { ModelTrust } from './model-trust.ts';
import type { Verdict } from './verify-apart.ts';

// The child process of verify-apart.ts: verifies one model and ends. Nobody waits for it, so it works when there is nothing else to do.
setPriority(constants.priority.PRIORITY_LOW);
process.once('message', ({ files, trust }: { files: ModelFiles; trust: ModelTrust }) => {
  void verdictOn(files, trust).then((verdict) => process.send?.(verdict, () => process.disconnect()));
});

async function verdictOn(files: ModelFiles, trust: ModelTrust): Promise<Verdict> {
  try {
    const model = await openVerified(files, trust);
    await model.close();
    return { accepted: true };
  } catch (error) {
    if (!(error instanceof ModelRefused)) throw error;
    return { accepted: false, code: error.code, because: error.because };
  }
}
