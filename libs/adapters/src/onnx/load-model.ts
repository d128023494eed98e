import { type ModelFiles, readModelFiles } from './model-files.ts';
import { checkTrust, type ModelTrust } from './model-trust.ts';
import { LoadedModel } from './loaded-model.ts';

/**
 * Loads the model in `directory` (`manifest.json`, the ONNX file that it names, a signature) and checks it: that it is the one that `trust` means, hash of
 * the file, feature set, operators, trees, names, types and shapes of inputs and outputs, and that it answers its golden vectors, and explains the
 * answers, as it did when it was made, alone and in batches. Holds up the event loop for some 100 ms. Throws `ModelRefused`.
 */
export async function loadModel(directory: string, trust: ModelTrust): Promise<LoadedModel> {
  return openVerified(await readModelFiles(directory), trust);
}

/** The same for files that were read. */
export async function openVerified(files: ModelFiles, trust: ModelTrust): Promise<LoadedModel> {
  checkTrust(files, trust);
  const model = await LoadedModel.open(files);
  try {
    await model.verify();
    return model;
  } catch (error) {
    await model.close();
    throw error;
  }
}
