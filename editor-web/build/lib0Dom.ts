/** All that the bundle uses of `lib0/dom`. */
export const doc = globalThis.document;
