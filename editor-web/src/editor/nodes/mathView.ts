/** Draws a formula: as its LaTeX at once, and set as soon as KaTeX is there, which is fetched with the first one. */
import type { Node } from '@tiptap/pm/model';
import type { NodeView } from '@tiptap/pm/view';

type Typeset = (latex: string, into: HTMLElement, display: boolean) => void;

let fetching: Promise<Typeset> | undefined;

function typesetter(): Promise<Typeset> {
  fetching ??= import('./typeset').then(
    (module) => module.typeset,
    (error: unknown) => {
      fetching = undefined; // the network may be back with the next formula
      throw error;
    },
  );
  return fetching;
}

export class MathView implements NodeView {
  readonly dom: HTMLElement;
  #node: Node;

  constructor(node: Node) {
    this.#node = node;
    this.dom = document.createElement(node.isInline ? 'span' : 'div');
    this.dom.className = 'math';
    this.#draw();
  }

  update(node: Node): boolean {
    if (node.type !== this.#node.type) return false;
    const changed = node.attrs.latex !== this.#node.attrs.latex;
    this.#node = node;
    if (changed) this.#draw();
    return true;
  }

  #draw(): void {
    const node = this.#node;
    const latex = String(node.attrs.latex ?? '');
    const source = document.createElement('code');
    source.textContent = latex;
    this.dom.replaceChildren(source);
    typesetter()
      .then((typeset) => {
        if (node.attrs.latex === this.#node.attrs.latex) typeset(latex, this.dom, node.isBlock);
      })
      .catch(() => undefined); // without KaTeX, and where the formula is wrong, the LaTeX stays
  }
}
