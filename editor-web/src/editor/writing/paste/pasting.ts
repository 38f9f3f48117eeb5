/** Pasting: office programs' HTML is mended, and a text that is Markdown becomes what it says. */
import type { Editor as Tiptap } from '@tiptap/core';
import { DOMParser as Parser, Slice } from '@tiptap/pm/model';
import { Plugin, type Transaction } from '@tiptap/pm/state';
import { beginStep } from '../history';
import { htmlOf, isMarkdown } from './markdown';
import { mended } from './office';

/** The types under which code editors say that their HTML is only coloured text. */
const CODE_EDITORS = ['vscode-editor-data', 'application/vnd.code.copymetadata'];

/** `put` lets a transaction put in what was pasted. */
export function pasting(tiptap: Tiptap, put: (tr: Transaction) => void): Plugin {
  /** Ctrl+Shift+V asks for plain text; the paste itself does not tell. */
  let plain = false;
  return new Plugin({
    props: {
      transformPastedHTML: mended,
      handleDOMEvents: {
        keydown: (_, event) => {
          plain = event.key.toLowerCase() === 'v' && event.shiftKey && (event.ctrlKey || event.metaKey);
          return false;
        },
        keyup: () => {
          plain = false;
          return false;
        },
      },
      handlePaste: (view, event) => {
        const { clipboardData: data } = event;
        const text = data?.getData('text/plain') ?? '';
        const rich = data?.types.includes('text/html') && !CODE_EDITORS.some((type) => data.types.includes(type));
        if (plain || rich || !isMarkdown(text) || view.state.selection.$from.parent.type.spec.code) return false;
        beginStep(tiptap);
        const page = new DOMParser().parseFromString(htmlOf(text), 'text/html');
        const whole = Parser.fromSchema(tiptap.schema).parse(page.body);
        const slice = new Slice(whole.content, 0, 0);
        put(view.state.tr.replaceSelection(openAtEnds(slice)));
        return true;
      },
    },
  });
}

/** A single paragraph goes into the line; blocks stand by themselves. */
function openAtEnds(slice: Slice): Slice {
  const { content } = slice;
  const only = content.childCount === 1 ? content.firstChild : null;
  return only?.type.name === 'paragraph' ? new Slice(content, 1, 1) : slice;
}
