/** The words of a document as plain Markdown, for a file that a person can take away; reads the Yjs types alone. */
import * as Y from 'yjs';

const INDENT = '  ';
const INLINE = new Set(['hardBreak', 'inlineMath', 'mention']);

/** Write the rich text of `doc` out; an empty document gives an empty string. */
export function wordsOf(doc: Y.Doc): string {
  const blocks = doc
    .getXmlFragment('default')
    .toArray()
    .map((child) => block(child));
  const text = blocks.join('\n\n').trim();
  return text ? `${text}\n` : '';
}

function block(node: unknown, depth = 0): string {
  if (node instanceof Y.XmlText) return inline(node);
  if (!(node instanceof Y.XmlElement)) return '';
  const children = node.toArray();
  const inner = (separator: string) => children.map((child) => block(child, depth)).join(separator);
  switch (node.nodeName) {
    case 'heading':
      return `${'#'.repeat(Number(node.getAttribute('level') ?? 1))} ${inner('')}`;
    case 'codeBlock':
      return `\`\`\`\n${inner('')}\n\`\`\``;
    case 'blockquote':
      return inner('\n\n').replace(/^/gm, '> ');
    case 'horizontalRule':
      return '---';
    case 'hardBreak':
      return '\n';
    case 'bulletList':
      return items(children, depth, () => '- ');
    case 'orderedList':
      return items(children, depth, (_, index) => `${index + Number(node.getAttribute('start') ?? 1)}. `);
    case 'taskList':
      return items(children, depth, (item) => (String(item.getAttribute('checked')) === 'true' ? '- [x] ' : '- [ ] '));
    case 'table':
      return table(children.filter((row): row is Y.XmlElement => row instanceof Y.XmlElement));
    case 'callout':
      return `[!${String(node.getAttribute('kind') ?? 'note').toUpperCase()}]\n${inner('\n\n')}`.replace(/^/gm, '> ');
    case 'image':
      return `![${text(node, 'caption') || text(node, 'alt')}](${text(node, 'src')})`;
    case 'blockMath':
      return `$$\n${text(node, 'latex')}\n$$`;
    case 'inlineMath':
      return `$${text(node, 'latex')}$`;
    case 'mention':
      return text(node, 'mentionSuggestionChar', '@') + (text(node, 'label') || text(node, 'id'));
    default:
      return inner(children.some((child) => isInline(child)) ? '' : '\n\n');
  }
}

function table(rows: Y.XmlElement[]): string {
  const cell = (node: unknown) =>
    block(node)
      .replaceAll('|', '\\|')
      .replace(/\s*\n\s*/g, ' ');
  const lines = rows.map((row) => `| ${row.toArray().map(cell).join(' | ')} |`);
  lines.splice(1, 0, `|${' --- |'.repeat(rows[0]?.length ?? 0)}`);
  return lines.join('\n');
}

function isInline(node: unknown): boolean {
  return node instanceof Y.XmlText || (node instanceof Y.XmlElement && INLINE.has(node.nodeName));
}

function text(node: Y.XmlElement, attribute: string, otherwise = ''): string {
  const value: unknown = node.getAttribute(attribute);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
}

function items(children: unknown[], depth: number, marker: (item: Y.XmlElement, index: number) => string): string {
  return children
    .filter((child): child is Y.XmlElement => child instanceof Y.XmlElement)
    .map((item, index) => {
      const parts = item.toArray().map((child) => block(child, depth + 1));
      const lines = parts.join('\n').split('\n');
      return lines.map((line, at) => (at === 0 ? marker(item, index) + line : INDENT + line)).join('\n');
    })
    .join('\n');
}

function inline(text: Y.XmlText): string {
  return text
    .toDelta()
    .map((piece: { insert: unknown }) => (typeof piece.insert === 'string' ? piece.insert : ''))
    .join('');
}
