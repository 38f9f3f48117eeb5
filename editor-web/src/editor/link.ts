/**
 * Links: a mark with the attributes of Tiptap's own, so that stock clients read and write the same ones.
 *
 * Tiptap's extension brings a list of all top-level domains and looks at every change, also at those of others; here
 * only what the person types or pastes becomes a link, and only with an allowed address.
 */
import { InputRule, Mark, mergeAttributes } from '@tiptap/core';
import type { EditorState } from '@tiptap/pm/state';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { allowedLink } from './links';

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    link: {
      setLink: (attributes: { href: string }) => ReturnType;
      unsetLink: () => ReturnType;
    };
  }
}

/** Always on what is drawn, whatever a document says: a link opens apart and tells nothing about where it stood. */
const DRAWN = { target: '_blank', rel: 'noopener noreferrer nofollow' };

/** An address written out, followed by a space; no trailing punctuation. */
const TYPED = /(?:^|\s|\()((?:https?:\/\/|www\.|mailto:)[^\s<>]*[^\s<>.,;:!?"')\]}])\s$/;
const MARKDOWN = /(?:^|\s)\[([^\]]+)]\(([^\s)]+)\)$/;

export const Link = Mark.create({
  name: 'link',
  priority: 1000,
  inclusive: false,
  exitable: true,

  addAttributes: () => ({
    href: { default: null, parseHTML: (element: HTMLElement) => allowedLink(element.getAttribute('href') ?? '') },
    target: { default: null, parseHTML: () => null },
    rel: { default: null, parseHTML: () => null },
    class: { default: null, parseHTML: () => null },
    title: { default: null },
  }),

  parseHTML: () => [
    {
      tag: 'a[href]',
      getAttrs: (element) => (allowedLink(element.getAttribute('href') ?? '') === null ? false : null),
    },
  ],

  renderHTML({ HTMLAttributes: { href, title } }) {
    const address = allowedLink(String(href ?? ''));
    // A forbidden address is drawn as a link to nowhere: the words stay, and so does what the document says.
    return ['a', mergeAttributes(title ? { title } : {}, address === null ? {} : { href: address, ...DRAWN }), 0];
  },

  addCommands() {
    return {
      setLink:
        ({ href }) =>
        ({ chain }) => {
          const allowed = allowedLink(href);
          return allowed !== null && chain().setMark(this.name, { href: allowed }).run();
        },
      unsetLink:
        () =>
        ({ chain }) =>
          chain().unsetMark(this.name, { extendEmptyMarkRange: true }).run(),
    };
  },

  addInputRules() {
    const { type } = this;
    return [
      new InputRule({
        find: TYPED,
        handler: ({ state, range, match }) => {
          const href = allowedLink(match[1] ?? '');
          if (href === null || !state.schema.marks.link) return null;
          const from = range.from + match[0].indexOf(match[1] ?? '');
          const to = from + (match[1]?.length ?? 0);
          if (state.doc.rangeHasMark(from, to, type)) return null;
          // The rule swallows the key it fired on, so the space comes back here.
          state.tr.addMark(from, to, type.create({ href })).removeStoredMark(type).insertText(' ', range.to);
          return undefined;
        },
      }),
      new InputRule({
        find: MARKDOWN,
        handler: ({ state, range, match }) => {
          const [all, words = '', address = ''] = match;
          const href = allowedLink(address);
          if (href === null) return null;
          const from = range.from + all.indexOf('[');
          state.tr
            .replaceWith(from, range.to, state.schema.text(words, [type.create({ href })]))
            .removeStoredMark(type);
          return undefined;
        },
      }),
    ];
  },

  addProseMirrorPlugins() {
    const { type } = this;
    return [
      new Plugin({
        key: new PluginKey('pasteLink'),
        props: {
          handlePaste: (view, event) => {
            const text = event.clipboardData?.getData('text/plain').trim() ?? '';
            const href = /^(https?:|mailto:|tel:|www\.)\S+$/i.test(text) ? allowedLink(text) : null;
            if (href === null || inCode(view.state)) return false;
            const { selection, tr, schema } = view.state;
            const mark = type.create({ href });
            if (selection.empty) tr.replaceSelectionWith(schema.text(text, [mark]), false);
            else if (selection.$from.sameParent(selection.$to)) tr.addMark(selection.from, selection.to, mark);
            else return false;
            view.dispatch(tr.removeStoredMark(type).scrollIntoView());
            return true;
          },
        },
      }),
    ];
  },
});

function inCode({ selection, schema }: EditorState): boolean {
  const { $from } = selection;
  return Boolean($from.parent.type.spec.code || schema.marks.code?.isInSet($from.marks()));
}
