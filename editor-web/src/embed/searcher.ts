/**
 * Finds words beside the page's own work: a page of others may start no worker that came from another origin.
 *
 * A pattern could take for ever there, so there are none.
 */
import { type Match, matchesIn, patternOf, type Query } from '../tools/find/matching';
import type { Found, Searcher as Worked } from '../tools/find/searcher';

export class Searcher implements Pick<Worked, 'patterns' | 'search' | 'destroy'> {
  readonly patterns = false;

  async search(query: Query, texts: readonly string[], limit: number, replacement?: string): Promise<Found> {
    const pattern = patternOf({ ...query, regex: false });
    let left = limit;
    return texts.map((text): Match[] => {
      const found = matchesIn(text, pattern, left, replacement);
      left -= found.length;
      return found;
    });
  }

  destroy(): void {}
}
