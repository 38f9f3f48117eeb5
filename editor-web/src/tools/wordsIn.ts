/** Scripts that put no spaces between words: there the browser's dictionary tells them apart. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’.,·-][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu;

let segmenter: Intl.Segmenter | undefined;

/** Count the words of a text. */
export function wordsIn(text: string): number {
  if (!UNSPACED.test(text)) return text.match(WORD)?.length ?? 0;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  let words = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) words += 1;
  return words;
}
