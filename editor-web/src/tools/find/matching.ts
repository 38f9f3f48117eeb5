/** Where a text holds what is looked for: pure, and run in a worker, because a pattern can take for ever. */

export interface Query {
  readonly text: string;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  readonly regex: boolean;
}

/** From and to, and what a replacement becomes there when there is one. */
export type Match = readonly [from: number, to: number, replacement?: string];

/** What is typed with a straight quote or a plain space also means the typographic ones. */
const kin: Readonly<Record<string, string>> = { "'": "['’‘]", '"': '["“”„»«]', ' ': '[ \\u00a0\\u202f]' };

/** Make the pattern of a query; throws a SyntaxError where it is none. */
export function patternOf({ text, matchCase, wholeWord, regex }: Query): RegExp {
  const source = regex ? text : text.replace(/[.*+?^${}()|[\]\\/]|['" ]/g, (char) => kin[char] ?? `\\${char}`);
  const bounded = wholeWord ? `(?<![\\p{L}\\p{N}_])(?:${source})(?![\\p{L}\\p{N}_])` : source;
  return new RegExp(bounded, `gmu${matchCase ? '' : 'i'}`);
}

/** Find at most `limit` matches; what matches nothing at all is passed over. */
export function matchesIn(text: string, pattern: RegExp, limit: number, replacement?: string): Match[] {
  const found: Match[] = [];
  for (const match of text.matchAll(pattern)) {
    if (found.length >= limit) break;
    if (match[0] === '') continue;
    const to = match.index + match[0].length;
    found.push(replacement === undefined ? [match.index, to] : [match.index, to, expanded(replacement, match)]);
  }
  return found;
}

/** Fill in `$1`, `$<name>`, `$&` and `$$`, as JavaScript's own replacing does. */
export function expanded(replacement: string, match: RegExpMatchArray): string {
  return replacement.replace(/\$(?:(\$)|(&)|(\d{1,2})|<([^>]+)>)/g, (all, dollar, whole, number, name) => {
    if (dollar) return '$';
    if (whole) return match[0];
    if (name) return match.groups ? (match.groups[name] ?? '') : all;
    return Number(number) > 0 && Number(number) < match.length ? (match[Number(number)] ?? '') : all;
  });
}
