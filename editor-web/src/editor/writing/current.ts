/** What the block with the caret is, by the names of the table of blocks. */
import type { EditorState } from '@tiptap/pm/state';
import { type BlockId, blocks } from './blocks';

const ids = new Set<string>(blocks.map(({ id }) => id));

export function currentBlock({ selection: { $from } }: EditorState): BlockId {
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const { type, attrs } = $from.node(depth);
    if (type.name === 'heading') return `heading${Math.min(3, Number(attrs.level))}` as BlockId;
    if (type.name === 'callout') return (ids.has(attrs.kind) ? attrs.kind : 'note') as BlockId;
    if (type.name !== 'paragraph' && ids.has(type.name)) return type.name as BlockId;
  }
  return 'paragraph';
}
