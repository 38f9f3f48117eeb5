/**
 * The schema of a document, and nothing that writes by itself: no trailing paragraph, no ids, no first content.
 *
 * Whatever is added or renamed here changes what every other client may delete when it opens a document; names and
 * attributes are Tiptap's own, so that stock clients and the server's exports read the same nodes.
 */
import type { Extensions } from '@tiptap/core';
import { Blockquote } from '@tiptap/extension-blockquote';
import { Bold } from '@tiptap/extension-bold';
import { Code } from '@tiptap/extension-code';
import { CodeBlock } from '@tiptap/extension-code-block';
import { Document } from '@tiptap/extension-document';
import { HardBreak } from '@tiptap/extension-hard-break';
import { Heading } from '@tiptap/extension-heading';
import { HorizontalRule } from '@tiptap/extension-horizontal-rule';
import { Italic } from '@tiptap/extension-italic';
import { BulletList, ListItem, OrderedList, TaskItem, TaskList } from '@tiptap/extension-list';
import { Paragraph } from '@tiptap/extension-paragraph';
import { Strike } from '@tiptap/extension-strike';
import { Text } from '@tiptap/extension-text';
import { Underline } from '@tiptap/extension-underline';
import { Link } from './link';
import { Highlight } from './marks/highlight';
import { Subscript, Superscript } from './marks/scripts';
import { TextStyle } from './marks/textStyle';
import { Callout } from './nodes/callout';
import { Image } from './nodes/image';
import { BlockMath, InlineMath } from './nodes/math';
import { Mention } from './nodes/mention';
import { Table, TableCell, TableHeader, TableRow } from './nodes/table';
import { TextAlign } from './textAlign';

/**
 * Each block finds its own direction; a constant of the rendering, so nothing of it is stored.
 *
 * Lists and quotes run the way of the whole text (`tools/survey.ts`): looking for their own, a browser passes over the
 * blocks in them, which have found theirs, and takes what holds nothing else for left to right.
 */
const eachWay = { HTMLAttributes: { dir: 'auto' } };

export const schema: Extensions = [
  Document,
  Text,
  Paragraph.configure(eachWay),
  Heading.configure({ levels: [1, 2, 3, 4, 5, 6], ...eachWay }),
  HardBreak,
  BulletList,
  OrderedList,
  ListItem,
  TaskList,
  TaskItem.configure({ nested: true }),
  Blockquote,
  CodeBlock.configure({ HTMLAttributes: { spellcheck: 'false', dir: 'ltr' }, enableTabIndentation: true, tabSize: 2 }),
  HorizontalRule,
  Table,
  TableRow,
  TableHeader,
  TableCell,
  Image,
  InlineMath,
  BlockMath,
  Mention,
  Callout,
  TextAlign,
  Bold,
  Italic,
  Underline,
  Strike,
  Code.configure({ HTMLAttributes: { spellcheck: 'false' } }),
  Highlight,
  Subscript,
  Superscript,
  TextStyle,
  Link,
];
