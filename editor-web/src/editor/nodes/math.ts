/** Formulas in LaTeX, in a line or as a block of their own. */
import { InputRule, Node } from '@tiptap/core';
import { MathView } from './mathView';

/** `$x^2$` as it is typed; neither dollar beside a space inside, so that prices stay prices. */
const INLINE = /(?:^|[\s(])\$([^\s$](?:[^$]*[^\s$])?)\$$/;
/** A paragraph that is a formula between double dollars. */
const BLOCK = /^\$\$([^$]+)\$\$$/;

const latex = {
  latex: {
    default: '',
    parseHTML: (element: HTMLElement) => element.getAttribute('data-latex') ?? '',
    renderHTML: (attributes: Record<string, unknown>) => ({ 'data-latex': attributes.latex }),
  },
};

export const InlineMath = Node.create({
  name: 'inlineMath',
  group: 'inline',
  inline: true,
  atom: true,
  addAttributes: () => latex,
  parseHTML: () => [{ tag: 'span[data-type="inline-math"]' }],
  renderHTML: ({ HTMLAttributes, node }) => [
    'span',
    { 'data-type': 'inline-math', ...HTMLAttributes },
    ['code', String(node.attrs.latex)],
  ],
  renderText: ({ node }) => `$${node.attrs.latex}$`,
  addNodeView:
    () =>
    ({ node }) =>
      new MathView(node),
  addInputRules() {
    return [
      new InputRule({
        find: INLINE,
        handler: ({ state, range, match }) => {
          const formula = match[1] ?? '';
          const from = range.from + match[0].indexOf('$');
          state.tr.replaceWith(from, range.to, this.type.create({ latex: formula }));
        },
      }),
    ];
  },
});

export const BlockMath = Node.create({
  name: 'blockMath',
  group: 'block',
  atom: true,
  addAttributes: () => latex,
  parseHTML: () => [{ tag: 'div[data-type="block-math"]' }],
  renderHTML: ({ HTMLAttributes, node }) => [
    'div',
    { 'data-type': 'block-math', ...HTMLAttributes },
    ['code', String(node.attrs.latex)],
  ],
  renderText: ({ node }) => `$$${node.attrs.latex}$$`,
  addNodeView:
    () =>
    ({ node }) =>
      new MathView(node),
  addInputRules() {
    return [
      new InputRule({
        find: BLOCK,
        handler: ({ state, range, match }) => {
          const $from = state.doc.resolve(range.from);
          const whole = $from.depth > 0 && range.from === $from.start() && range.to === $from.end();
          if (!whole || !$from.node(-1).canReplaceWith($from.index(-1), $from.indexAfter(-1), this.type)) return null;
          state.tr.replaceWith($from.before(), $from.after(), this.type.create({ latex: (match[1] ?? '').trim() }));
          return undefined;
        },
      }),
    ];
  },
});
