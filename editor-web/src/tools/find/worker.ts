import { type Match, matchesIn, patternOf, type Query } from './matching';

export interface Question {
  readonly number: number;
  readonly query: Query;
  readonly texts: readonly string[];
  readonly limit: number;
  readonly replacement?: string;
}

export interface Answer {
  readonly number: number;
  /** For each text; `null` where the pattern is none. */
  readonly matches: readonly Match[][] | null;
}

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  const { number, query, texts, limit, replacement } = data;
  postMessage({ number, matches: answered() } satisfies Answer);

  function answered(): Match[][] | null {
    try {
      const pattern = patternOf(query);
      let left = limit;
      return texts.map((text) => {
        const found = matchesIn(text, pattern, left, replacement);
        left -= found.length;
        return found;
      });
    } catch {
      return null;
    }
  }
});
