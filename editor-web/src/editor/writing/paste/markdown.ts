/** Markdown in a clipboard: whether a text is some, and what it says. */
import { Marked, type Tokens } from 'marked';

/** Longer texts are pasted as they are: nobody writes so much Markdown by hand. */
const LONGEST = 500_000;

/** Signs that hardly stand in other texts. */
const SURE = [
  /^#{1,6} \S/m,
  /^(```|~~~)/m,
  /^\|?.*\|.*\n\|?\s*:?-{2,}:?\s*\|/m,
  /^> \[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]/m,
  /^\s*[-*+] \[[ xX]\] \S/m,
  /!?\[[^\]\n]+\]\((https?:|mailto:|\/|#)[^)\s]*\)/,
  /^\$\$[\s\S]+?\$\$/m,
];
/** Signs of which it takes two. */
const HINTS = [
  /^\s*[-*+] \S.*\n(\s*[-*+] \S)/m,
  /^\s*1[.)] \S.*\n\s*2[.)] \S/m,
  /^> \S/m,
  /\*\*[^\s*][^*\n]*\*\*/,
  /(^|\s)[*_][^\s*_][^*_\n]*[*_](\s|[.,;:!?]|$)/m,
  /`[^`\n]+`/,
  /~~[^~\n]+~~/,
  /^(---|\*\*\*|___)$/m,
];
/** A list alone is enough where it is all there is. */
const LIST = /^(\s*([-*+]|\d+[.)]) \S.*(\n|$)){2,}$/;

export function isMarkdown(text: string): boolean {
  if (text.length > LONGEST) return false;
  const trimmed = text.replace(/\r\n?/g, '\n').trim();
  if (SURE.some((sign) => sign.test(trimmed)) || LIST.test(trimmed)) return true;
  const seen = HINTS.filter((sign) => sign.test(trimmed)).length;
  return seen >= 2 || (seen === 1 && /\*\*[^\s*][^*\n]*\*\*/.test(trimmed));
}

interface Formula extends Tokens.Generic {
  readonly latex: string;
}

interface Callout extends Tokens.Generic {
  readonly kind: string;
}

const markdown = new Marked({ gfm: true, breaks: false, async: false });
markdown.use({
  extensions: [
    {
      name: 'callout',
      level: 'block',
      start: (source) => source.match(/^ {0,3}> ?\[!/m)?.index,
      tokenizer(source) {
        const match = /^ {0,3}> ?\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*\n?((?: {0,3}>.*(?:\n|$))*)/i.exec(
          source,
        );
        if (!match) return undefined;
        const inside = (match[2] ?? '').replace(/^ {0,3}> ?/gm, '');
        const tokens = this.lexer.blockTokens(inside, []);
        return { type: 'callout', raw: match[0], kind: (match[1] ?? '').toLowerCase(), tokens };
      },
      renderer(token) {
        const { kind, tokens } = token as Callout;
        return `<div data-type="callout" data-kind="${kind}">${this.parser.parse(tokens ?? []) || '<p></p>'}</div>`;
      },
    },
    {
      name: 'blockMath',
      level: 'block',
      start: (source) => source.match(/^\$\$/m)?.index,
      tokenizer(source) {
        const match = /^\$\$\s*([\s\S]+?)\s*\$\$[ \t]*(?:\n|$)/.exec(source);
        return match ? { type: 'blockMath', raw: match[0], latex: match[1] } : undefined;
      },
      renderer: (token) => `<div data-type="block-math" data-latex="${escaped((token as Formula).latex)}"></div>`,
    },
    {
      name: 'inlineMath',
      level: 'inline',
      start: (source) => (source.indexOf('$') >= 0 ? source.indexOf('$') : undefined),
      tokenizer(source) {
        const match = /^\$([^\s$](?:[^$\n]*[^\s$])?)\$(?!\d)/.exec(source);
        return match ? { type: 'inlineMath', raw: match[0], latex: match[1] } : undefined;
      },
      renderer: (token) => `<span data-type="inline-math" data-latex="${escaped((token as Formula).latex)}"></span>`,
    },
    {
      name: 'highlight',
      level: 'inline',
      start: (source) => (source.indexOf('==') >= 0 ? source.indexOf('==') : undefined),
      tokenizer(source) {
        const match = /^==([^\s=](?:[^=\n]*[^\s=])?)==/.exec(source);
        if (!match) return undefined;
        return { type: 'highlight', raw: match[0], tokens: this.lexer.inlineTokens(match[1] ?? '') };
      },
      renderer(token) {
        return `<mark>${this.parser.parseInline(token.tokens ?? [])}</mark>`;
      },
    },
  ],
  renderer: {
    list(token) {
      if (!token.items.some(({ task }) => task)) return false;
      // Points and tasks that follow each other are one list in Markdown, and two here.
      const lists: Array<{ readonly task: boolean; readonly items: string[] }> = [];
      for (const { task, checked, tokens } of token.items) {
        const inside = this.parser.parse(tokens.filter(({ type }) => type !== 'checkbox'));
        const item = task
          ? `<li data-type="taskItem" data-checked="${checked === true}">${inside}</li>`
          : `<li>${inside}</li>`;
        const last = lists.at(-1);
        if (last?.task === task) last.items.push(item);
        else lists.push({ task, items: [item] });
      }
      const open = (task: boolean) => (task ? '<ul data-type="taskList">' : '<ul>');
      return lists.map(({ task, items }) => `${open(task)}${items.join('')}</ul>`).join('');
    },
    code: ({ text, lang }) => {
      const language = /^[\w+#.-]+/.exec(lang ?? '')?.[0];
      return `<pre><code${language ? ` class="language-${language}"` : ''}>${escaped(text)}</code></pre>`;
    },
    // HTML inside Markdown is text: whoever wants it rich copies it as such.
    html: ({ text }) => escaped(text),
  },
});

/** The HTML of a Markdown text, in the shapes that the schema reads. */
export function htmlOf(text: string): string {
  return markdown.parse(text) as string;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
