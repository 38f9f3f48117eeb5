import type { Plugin } from 'vite';

const EXTENSION = /@tiptap[\\/]extension/;
const MARKDOWN = new Set([
  'parseMarkdown',
  'renderMarkdown',
  'markdownTokenizer',
  'markdownTokenName',
  'markdownOptions',
]);

interface Found {
  readonly start: number;
  readonly end: number;
}

/**
 * Leaves out how Tiptap's extensions read and write Markdown: the server does that here, and they carry 4 kB for it, compressed.
 */
export function withoutMarkdown(): Plugin {
  return {
    name: 'without-markdown',
    transform(code, id) {
      if (!EXTENSION.test(id) || !code.includes('Markdown')) return null;
      const found = markdownIn(this.parse(code)).sort((a, b) => b.start - a.start);
      return found.reduce((text, { start, end }) => text.slice(0, start) + text.slice(afterComma(text, end)), code);
    },
  };
}

function markdownIn(node: unknown): Found[] {
  if (Array.isArray(node)) return node.flatMap(markdownIn);
  if (typeof node !== 'object' || node === null) return [];
  const { type, key, start, end } = node as { type?: string; key?: { name?: string }; start: number; end: number };
  if (type === 'Property' && MARKDOWN.has(key?.name ?? '')) return [{ start, end }];
  return Object.values(node).flatMap(markdownIn);
}

function afterComma(text: string, end: number): number {
  const comma = /\s*,/y;
  comma.lastIndex = end;
  return comma.test(text) ? comma.lastIndex : end;
}
