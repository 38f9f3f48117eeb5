/** What the outline and the counts need to know of a block; learned once for each, as blocks never change. */
import type { Node } from '@tiptap/pm/model';
import { wordsIn } from './wordsIn';

export interface HeadingFacts {
  /** From the start of the block. */
  readonly offset: number;
  readonly level: number;
  readonly text: string;
}

export interface BlockFacts {
  readonly words: number;
  readonly characters: number;
  readonly spaces: number;
  /** Letters of scripts that run from right to left. */
  readonly rightToLeft: number;
  readonly headings: readonly HeadingFacts[];
}

const RIGHT_TO_LEFT = /[\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Syriac}\p{sc=Thaana}\p{sc=Nko}]/gu;

const known = new WeakMap<Node, BlockFacts>();

export function factsOf(block: Node): BlockFacts {
  let facts = known.get(block);
  if (!facts) {
    facts = learned(block);
    known.set(block, facts);
  }
  return facts;
}

/** Whether there is nothing to learn about this block. */
export function isKnown(block: Node): boolean {
  return known.has(block);
}

function learned(block: Node): BlockFacts {
  let words = 0;
  let characters = 0;
  let spaces = 0;
  let rightToLeft = 0;
  const headings: HeadingFacts[] = [];
  const look = (node: Node, offset: number): boolean => {
    if (!node.isTextblock) return true;
    const text = node.textBetween(0, node.content.size, ' ', ' ');
    words += wordsIn(text);
    characters += [...text].length;
    spaces += text.match(/\s/gu)?.length ?? 0;
    rightToLeft += text.match(RIGHT_TO_LEFT)?.length ?? 0;
    if (node.type.name === 'heading' && text.trim())
      headings.push({ offset, level: Number(node.attrs.level), text: text.trim() });
    return false;
  };
  if (look(block, 0)) block.descendants((node, pos) => look(node, pos + 1));
  return { words, characters, spaces, rightToLeft, headings };
}
