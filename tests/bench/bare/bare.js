/**
 * The yardstick of `editor.py`: Tiptap with its usual nodes and y-tiptap's own plugins, and nothing else.
 *
 * No tools, no connection, no copy on the device, no style sheet: what a page with such a document costs at the least.
 */
import { Editor, Extension } from '@tiptap/core';
import { Blockquote } from '@tiptap/extension-blockquote';
import { Bold } from '@tiptap/extension-bold';
import { Document } from '@tiptap/extension-document';
import { Heading } from '@tiptap/extension-heading';
import { BulletList, ListItem } from '@tiptap/extension-list';
import { Paragraph } from '@tiptap/extension-paragraph';
import { Text } from '@tiptap/extension-text';
import { yCursorPlugin, ySyncPlugin, yUndoPlugin } from '@tiptap/y-tiptap';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

const doc = new Y.Doc();
const update = await fetch('/api/documents/long/update');
Y.applyUpdate(doc, new Uint8Array(await update.arrayBuffer()));

const Binding = Extension.create({
  name: 'binding',
  addProseMirrorPlugins: () => [
    ySyncPlugin(doc.getXmlFragment('default')),
    yUndoPlugin(),
    yCursorPlugin(new Awareness(doc)),
  ],
});

new Editor({
  element: document.body,
  injectCSS: false,
  editorProps: { attributes: { class: 'prose' } },
  extensions: [Document, Text, Paragraph, Heading, BulletList, ListItem, Blockquote, Bold, Binding],
});
