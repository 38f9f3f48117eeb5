/** All that the bundle uses of `lib0/logging`: Yjs warns of what should not be. The signs for colours say nothing. */
export const BOLD = Symbol();
export const UNBOLD = Symbol();
export const ORANGE = Symbol();
export const RED = Symbol();

export function print(...words: unknown[]): void {
  // biome-ignore lint/suspicious/noConsole: what else should a library speak through
  console.log(...words.filter((word) => typeof word !== 'symbol'));
}

export function warn(...words: unknown[]): void {
  // biome-ignore lint/suspicious/noConsole: what else should a library speak through
  console.warn(...words);
}
