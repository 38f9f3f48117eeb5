/** The grammars of common languages, and what they see in a text. */
import { common, createLowlight } from 'lowlight';

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly className: string;
}

interface Branch {
  readonly type: string;
  readonly value?: string;
  readonly properties?: { readonly className?: unknown };
  readonly children?: readonly Branch[];
}

const lowlight = createLowlight(common);

/** The parts of a text that have a colour; none for a language that is not known here. */
export function spansOf(text: string, language: string): readonly Span[] {
  if (!lowlight.registered(language)) return [];
  const spans: Span[] = [];
  let at = 0;
  const walk = (branch: Branch, inherited: string): void => {
    if (branch.type === 'text') {
      const to = at + (branch.value?.length ?? 0);
      if (inherited && to > at) spans.push({ from: at, to, className: inherited });
      at = to;
      return;
    }
    const names = Array.isArray(branch.properties?.className) ? branch.properties.className.join(' ') : '';
    for (const child of branch.children ?? []) walk(child, [inherited, names].filter(Boolean).join(' '));
  };
  walk(lowlight.highlight(language, text) as Branch, '');
  return spans;
}
