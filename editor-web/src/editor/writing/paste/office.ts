/**
 * Mends the HTML of office programs: what Word calls a list are paragraphs with a remark in their style, and much of
 * what Google Docs and Word send along is no content.
 *
 * The HTML comes with its styles under another name (see `pastedHtml.ts`), so it can be read without being reported.
 */
const STYLE = 'data-pasted-style';
const NOISE = 'meta, link, script, title, xml, o\\:p:empty, .Apple-interchange-newline';

/** The HTML without the programs' own ways; anything else stays as it is. */
export function mended(pasted: string): string {
  // A style sheet would be applied, and reported, as soon as it is parsed.
  const html = pasted.replace(/<style\b[\s\S]*?<\/style>/gi, '');
  const word = /\bmso-|class="?Mso|urn:schemas-microsoft-com/i.test(html);
  const google = /docs-internal-guid/.test(html);
  if (!word && !google && !/<(figure|picture|table|img)\b/i.test(html)) return html;
  // Conditional remarks hold the marks of lists for programs that know no lists.
  const page = new DOMParser().parseFromString(
    html.replace(/<!--\[if !?supportLists\]-->|<!--\[endif\]-->/g, ''),
    'text/html',
  );
  const { body } = page;
  for (const noise of body.querySelectorAll(NOISE)) noise.remove();
  dropComments(body);
  if (word) wordLists(body);
  for (const around of body.querySelectorAll('p, h1, h2, h3, h4, h5, h6')) bareImages(around);
  for (const cell of body.querySelectorAll('td, th')) widen(cell as HTMLTableCellElement);
  return body.innerHTML;
}

function dropComments(body: HTMLElement): void {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const found: Node[] = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  // The remarks around the copied part are ProseMirror's to read.
  for (const comment of found) if (!/Fragment/.test(comment.nodeValue ?? '')) (comment as Comment).remove();
}

interface Item {
  readonly element: Element;
  readonly level: number;
  readonly ordered: boolean;
  readonly start: number;
}

/** Paragraphs with `mso-list: l0 level2 lfo1` become items of lists, nested by their levels. */
function wordLists(body: HTMLElement): void {
  for (const first of [...body.querySelectorAll(`[${STYLE}*="mso-list"]`)]) {
    if (!first.isConnected) continue;
    const items: Item[] = [];
    for (let at: Element | null = first; at; at = at.nextElementSibling) {
      const item = itemOf(at);
      if (!item) break;
      items.push(item);
    }
    if (items.length > 0) first.replaceWith(listOf(items, body.ownerDocument));
    for (const { element } of items) element.remove();
  }
}

function itemOf(element: Element): Item | null {
  const style = element.getAttribute(STYLE) ?? '';
  const level = /mso-list:\s*\S+\s+level(\d+)/i.exec(style)?.[1];
  if (!level || !/^(P|H\d|DIV)$/.test(element.tagName)) return null;
  const mark = element.querySelector(`[${STYLE}*="mso-list:Ignore"], [${STYLE}*="mso-list: Ignore"]`);
  const sign = (mark?.textContent ?? '').trim();
  const number = /^\(?(\d+|[a-z]{1,3}|[ivxlc]+)[.)]/i.exec(sign)?.[1];
  mark?.remove();
  return { element, level: Number(level), ordered: number !== undefined, start: Number(number) || 1 };
}

function listOf(items: readonly Item[], page: Document): DocumentFragment {
  const result = page.createDocumentFragment();
  const open: Array<{ readonly list: Element; readonly level: number; readonly ordered: boolean }> = [];
  for (const { element, level, ordered, start } of items) {
    while ((open.at(-1)?.level ?? 0) > level) open.pop();
    const top = open.at(-1);
    if (!top || top.level < level || top.ordered !== ordered) {
      if (top?.level === level) open.pop();
      const list = page.createElement(ordered ? 'ol' : 'ul');
      if (ordered && start > 1) list.setAttribute('start', String(start));
      const parent = open.at(-1)?.list;
      (parent ? (parent.lastElementChild ?? parent) : result).append(list);
      open.push({ list, level, ordered });
    }
    const item = page.createElement('li');
    const paragraph = page.createElement('p');
    paragraph.append(...[...element.childNodes].map((child) => child.cloneNode(true)));
    item.append(paragraph);
    open.at(-1)?.list.append(item);
  }
  return result;
}

/** An image is a block here: a paragraph around nothing else would be left behind, empty. */
function bareImages(around: Element): void {
  if (around.querySelector('img') && around.textContent?.trim() === '') around.replaceWith(...around.childNodes);
}

/** A cell that says its colour or alignment in a style keeps the alignment only. */
function widen(cell: HTMLTableCellElement): void {
  const style = cell.getAttribute(STYLE) ?? '';
  const align = /text-align:\s*(left|center|right)/i.exec(style)?.[1] ?? cell.getAttribute('align');
  if (align) cell.setAttribute(STYLE, `text-align: ${align}`);
}
