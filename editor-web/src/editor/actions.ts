/** What one can do to the text: one table for the toolbar, its shortcuts and what is pressed in. */
import type { Editor as Tiptap } from '@tiptap/core';
import {
  Bold,
  Code,
  Heading1,
  Heading2,
  Heading3,
  Highlighter,
  type IconNode,
  Italic,
  Link,
  List,
  ListOrdered,
  ListTodo,
  Minus,
  Pilcrow,
  Redo2,
  SquareCode,
  Strikethrough,
  TextQuote,
  Underline,
  Undo2,
} from 'lucide';

export type BlockKind = 'paragraph' | 'heading1' | 'heading2' | 'heading3';

export type ActionId =
  | 'undo'
  | 'redo'
  | 'bold'
  | 'italic'
  | 'underline'
  | 'strike'
  | 'code'
  | 'highlight'
  | 'link'
  | 'bulletList'
  | 'orderedList'
  | 'taskList'
  | 'blockquote'
  | 'codeBlock'
  | 'divider'
  | BlockKind;

export interface Action {
  readonly icon: IconNode;
  /** As Tiptap binds it; `Mod` is ⌘ or Ctrl. */
  readonly keys?: string;
  /** Returns false where it could do nothing. The link box is the interface's own, so `link` has none. */
  readonly run?: (editor: Tiptap) => boolean;
  /** Absent for things that are done once and leave no state. */
  readonly active?: (editor: Tiptap) => boolean;
}

const mark = (name: string) => (editor: Tiptap) => editor.isActive(name);
const heading = (level: 1 | 2 | 3): Pick<Action, 'run' | 'active'> => ({
  run: (editor) => editor.chain().focus().setHeading({ level }).run(),
  active: (editor) => editor.isActive('heading', { level }),
});

export const actions: Readonly<Record<ActionId, Action>> = {
  undo: { icon: Undo2, keys: 'Mod-Z', run: (e) => e.chain().focus().undo().run() },
  redo: { icon: Redo2, keys: 'Mod-Shift-Z', run: (e) => e.chain().focus().redo().run() },
  bold: { icon: Bold, keys: 'Mod-B', run: (e) => e.chain().focus().toggleBold().run(), active: mark('bold') },
  italic: { icon: Italic, keys: 'Mod-I', run: (e) => e.chain().focus().toggleItalic().run(), active: mark('italic') },
  underline: {
    icon: Underline,
    keys: 'Mod-U',
    run: (e) => e.chain().focus().toggleUnderline().run(),
    active: mark('underline'),
  },
  strike: {
    icon: Strikethrough,
    keys: 'Mod-Shift-S',
    run: (e) => e.chain().focus().toggleStrike().run(),
    active: mark('strike'),
  },
  code: { icon: Code, keys: 'Mod-E', run: (e) => e.chain().focus().toggleCode().run(), active: mark('code') },
  highlight: {
    icon: Highlighter,
    keys: 'Mod-Shift-H',
    run: (e) => e.chain().focus().toggleHighlight().run(),
    active: mark('highlight'),
  },
  link: { icon: Link, keys: 'Mod-K', active: mark('link') },
  paragraph: {
    icon: Pilcrow,
    keys: 'Mod-Alt-0',
    run: (e) => e.chain().focus().setParagraph().run(),
    active: mark('paragraph'),
  },
  heading1: { icon: Heading1, keys: 'Mod-Alt-1', ...heading(1) },
  heading2: { icon: Heading2, keys: 'Mod-Alt-2', ...heading(2) },
  heading3: { icon: Heading3, keys: 'Mod-Alt-3', ...heading(3) },
  bulletList: {
    icon: List,
    keys: 'Mod-Shift-8',
    run: (e) => e.chain().focus().toggleBulletList().run(),
    active: mark('bulletList'),
  },
  orderedList: {
    icon: ListOrdered,
    keys: 'Mod-Shift-7',
    run: (e) => e.chain().focus().toggleOrderedList().run(),
    active: mark('orderedList'),
  },
  taskList: {
    icon: ListTodo,
    keys: 'Mod-Shift-9',
    run: (e) => e.chain().focus().toggleTaskList().run(),
    active: mark('taskList'),
  },
  blockquote: {
    icon: TextQuote,
    keys: 'Mod-Shift-B',
    run: (e) => e.chain().focus().toggleBlockquote().run(),
    active: mark('blockquote'),
  },
  codeBlock: {
    icon: SquareCode,
    keys: 'Mod-Alt-C',
    run: (e) => e.chain().focus().toggleCodeBlock().run(),
    active: mark('codeBlock'),
  },
  divider: { icon: Minus, run: (e) => e.chain().focus().setHorizontalRule().run() },
};

export const actionIds = Object.keys(actions) as ActionId[];

/** A shortcut as people of this keyboard read it. */
export function keysLabel(keys: string, mac: boolean): string {
  const names: Record<string, string> = mac ? { Mod: '⌘', Shift: '⇧', Alt: '⌥' } : { Mod: 'Ctrl' };
  return keys
    .split('-')
    .map((key) => names[key] ?? key)
    .join(mac ? '' : '+');
}
