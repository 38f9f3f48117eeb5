import type { Node } from '@tiptap/pm/model';

/** A block that holds text, and where that begins. */
export interface TextBlock {
  readonly node: Node;
  readonly start: number;
}

export function textBlocks(doc: Node): TextBlock[] {
  const blocks: TextBlock[] = [];
  doc.descendants((node, pos) => {
    if (!node.isTextblock) return true;
    if (node.content.size > 0) blocks.push({ node, start: pos + 1 });
    return false;
  });
  return blocks;
}

/** The text of a block, one character a position: what is no text counts with its size. */
export function textOf(block: Node): string {
  let text = '';
  block.forEach((child) => {
    if (child.isText) text += child.text ?? '';
    else text += child.type.name === 'hardBreak' ? '\n' : '\ufffc'.repeat(child.nodeSize);
  });
  return text;
}
