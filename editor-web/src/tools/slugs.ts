/** Names for headings in addresses, from their words: readable, and nothing has to be stored for them. */

const LENGTH_LIMIT = 60;

/** A name for each text; the second of two alike gets a number. */
export function slugs(texts: readonly string[]): string[] {
  const given = new Set<string>();
  return texts.map((text) => {
    const slug = slugOf(text);
    let name = slug;
    for (let n = 2; given.has(name); n += 1) name = `${slug}-${n}`;
    given.add(name);
    return name;
  });
}

function slugOf(text: string): string {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return [...words.join('-')].slice(0, LENGTH_LIMIT).join('').replace(/-$/, '') || 'section';
}
