/** Everything that a block can be: one table for the slash menu, the insert menu and "turn into". */
import type { Editor as Tiptap } from '@tiptap/core';
import {
  CircleAlert,
  Heading1,
  Heading2,
  Heading3,
  type IconNode,
  Image,
  Info,
  Lightbulb,
  List,
  ListOrdered,
  ListTodo,
  Minus,
  OctagonAlert,
  Pilcrow,
  Sigma,
  SquareCode,
  Table,
  TextQuote,
  TriangleAlert,
} from 'lucide';
import type { WritingMessages } from '../../i18n/writing/en';
import { CALLOUT_KINDS } from '../nodes/callout';
import { insertBlock, insertTable } from './insert';

export type BlockId = keyof WritingMessages['blocks'];
export type BlockGroup = keyof WritingMessages['groups'];

export interface Block {
  readonly id: BlockId;
  readonly group: BlockGroup;
  readonly icon: IconNode;
  /** What one types for it in Markdown. */
  readonly typed?: string;
  /** Make the selected blocks into it, or put it where the caret is. */
  readonly run: (tiptap: Tiptap, tools: BlockTools) => void;
  /** Whether blocks can be made into it. */
  readonly turns: boolean;
}

/** What some blocks need beyond the editor. */
export interface BlockTools {
  readonly pickImages: () => void;
  readonly editMath: () => void;
}

const heading = (level: 1 | 2 | 3) => (tiptap: Tiptap) =>
  void tiptap.chain().focus().clearNodes().setHeading({ level }).run();

const calloutIcons = {
  note: Info,
  tip: Lightbulb,
  important: CircleAlert,
  warning: TriangleAlert,
  caution: OctagonAlert,
} as const;

export const blocks: readonly Block[] = [
  {
    id: 'paragraph',
    group: 'text',
    icon: Pilcrow,
    turns: true,
    run: (tiptap) => void tiptap.chain().focus().clearNodes().run(),
  },
  { id: 'heading1', group: 'text', icon: Heading1, typed: '#', turns: true, run: heading(1) },
  { id: 'heading2', group: 'text', icon: Heading2, typed: '##', turns: true, run: heading(2) },
  { id: 'heading3', group: 'text', icon: Heading3, typed: '###', turns: true, run: heading(3) },
  {
    id: 'blockquote',
    group: 'text',
    icon: TextQuote,
    typed: '>',
    turns: true,
    run: (tiptap) => void tiptap.chain().focus().clearNodes().wrapIn('blockquote').run(),
  },
  {
    id: 'codeBlock',
    group: 'text',
    icon: SquareCode,
    typed: '```',
    turns: true,
    run: (tiptap) => void tiptap.chain().focus().clearNodes().setCodeBlock().run(),
  },
  {
    id: 'bulletList',
    group: 'lists',
    icon: List,
    typed: '-',
    turns: true,
    run: (tiptap) => void tiptap.chain().focus().clearNodes().toggleBulletList().run(),
  },
  {
    id: 'orderedList',
    group: 'lists',
    icon: ListOrdered,
    typed: '1.',
    turns: true,
    run: (tiptap) => void tiptap.chain().focus().clearNodes().toggleOrderedList().run(),
  },
  {
    id: 'taskList',
    group: 'lists',
    icon: ListTodo,
    typed: '[]',
    turns: true,
    run: (tiptap) => void tiptap.chain().focus().clearNodes().toggleTaskList().run(),
  },
  { id: 'table', group: 'media', icon: Table, turns: false, run: (tiptap) => insertTable(tiptap, 3, 3) },
  { id: 'image', group: 'media', icon: Image, turns: false, run: (_, { pickImages }) => pickImages() },
  {
    id: 'blockMath',
    group: 'media',
    icon: Sigma,
    typed: '$$',
    turns: false,
    run: (tiptap, { editMath }) => {
      if (insertBlock(tiptap, { type: 'blockMath' }, 'node')) editMath();
    },
  },
  {
    id: 'divider',
    group: 'media',
    icon: Minus,
    typed: '---',
    turns: false,
    run: (tiptap) => void insertBlock(tiptap, { type: 'horizontalRule' }, 'after'),
  },
  ...CALLOUT_KINDS.map(
    (kind): Block => ({
      id: kind,
      group: 'callouts',
      icon: calloutIcons[kind],
      turns: true,
      run: (tiptap) => void tiptap.chain().focus().clearNodes().wrapIn('callout', { kind }).run(),
    }),
  ),
];

export const calloutIcon = (kind: string) => calloutIcons[kind as keyof typeof calloutIcons] ?? Info;

/** The blocks that fit what was typed, the best first. */
export function matching(query: string, { blocks: names, keywords }: WritingMessages): readonly Block[] {
  const wanted = plain(query);
  if (!wanted) return blocks;
  const rank = ({ id }: Block): number => {
    const name = plain(names[id]);
    if (name.startsWith(wanted)) return 0;
    if (name.split(' ').some((word) => word.startsWith(wanted))) return 1;
    if (
      plain(keywords[id])
        .split(' ')
        .some((word) => word.startsWith(wanted))
    )
      return 2;
    return name.replace(/ /g, '').includes(wanted.replace(/ /g, '')) ? 3 : 4;
  };
  return blocks
    .map((block) => [block, rank(block)] as const)
    .filter(([, at]) => at < 4)
    .sort(([, a], [, b]) => a - b)
    .map(([block]) => block);
}

/** Without accents and capitals, as one types in haste. */
export function plain(words: string): string {
  return words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}
