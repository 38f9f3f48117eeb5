/** Deals the blocks of a long text out to stretches of some dozens, so that an edit moves few from one to another. */

/** As many as a stretch gets when it is made, and as many as it may grow to. */
export const SIZE = 48;
export const MOST = 2 * SIZE;

/**
 * The blocks of each stretch, in their order: those that had one stay in it, a new one joins the one before it.
 *
 * Without any stretch yet, all of them come together under `null`.
 */
export function deal<B, S>(
  blocks: readonly B[],
  stretches: readonly S[],
  of: (block: B) => S | undefined,
): readonly (readonly [S | null, readonly B[]])[] {
  const numbers = new Map<S | undefined, number>(stretches.map((stretch, at) => [stretch, at]));
  const dealt: [S | null, B[]][] = stretches.length > 0 ? stretches.map((stretch) => [stretch, []]) : [[null, []]];
  let at = 0;
  for (const block of blocks) {
    at = Math.max(at, numbers.get(of(block)) ?? 0);
    dealt[at]?.[1].push(block);
  }
  return dealt;
}

/** Cut what is too many for one stretch into parts of about the same size, none of which ends with what may not. */
export function cut<B>(blocks: readonly B[], mayNotEnd: (block: B) => boolean): readonly (readonly B[])[] {
  if (blocks.length <= MOST) return [blocks];
  const size = Math.ceil(blocks.length / Math.round(blocks.length / SIZE));
  const parts: B[][] = [];
  for (const block of blocks) {
    const part = parts.at(-1);
    const last = part?.at(-1);
    if (!part || last === undefined || (part.length >= size && !mayNotEnd(last))) parts.push([block]);
    else part.push(block);
  }
  return parts;
}
