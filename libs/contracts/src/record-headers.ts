/** Header of a transaction's record that is history from before: it changes the state and gets no decision. Its value does not matter. */
export const OBSERVE_HEADER = 'holdfast-observe';
