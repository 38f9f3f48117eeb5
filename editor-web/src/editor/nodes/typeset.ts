/** KaTeX with its styles and typefaces: a part of its own, because most documents hold no formula. */
import katex from 'katex';
import 'katex/dist/katex.css';

const MAX_LENGTH = 10_000;

/** Set a formula into an element, and leave it as it is where that cannot be done. */
export function typeset(latex: string, into: HTMLElement, display: boolean): void {
  if (latex.length > MAX_LENGTH) return;
  const drawn = document.createElement('span');
  katex.render(latex, drawn, {
    displayMode: display,
    throwOnError: true,
    strict: 'ignore',
    trust: false,
    maxSize: 50,
    maxExpand: 1000,
  });
  into.replaceChildren(drawn);
}
