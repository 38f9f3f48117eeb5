/**
 * Reads pasted HTML under a content security policy that allows no inline styles.
 *
 * The browser reports every `style` attribute that it parses and ignores it: bold words of an office program would
 * arrive plain, and whole pages of another bold. So the attribute travels under another name, and is given back to
 * the inert elements through the CSSOM, which the policy allows, before ProseMirror looks at them.
 */
import { DOMParser, type ParseOptions, type Schema, type Slice } from '@tiptap/pm/model';

const CARRIER = 'data-pasted-style';
const TAG = /<[a-z][^>]*>/gi;
const STYLE = /([\s"'/])style(\s*=)/gi;
/** Handlers would not run either, but each is reported. */
const HANDLER = /([\s"'/])on[a-z]+(\s*=)/gi;

/** Rename what the policy would report; the text between the tags stays as it is. */
export function disarmed(html: string): string {
  return html.replace(TAG, (tag) => tag.replace(STYLE, `$1${CARRIER}$2`).replace(HANDLER, '$1data-pasted-handler$2'));
}

export class PastedHtmlParser extends DOMParser {
  static for(schema: Schema): PastedHtmlParser {
    return new PastedHtmlParser(schema, DOMParser.fromSchema(schema).rules);
  }

  override parseSlice(dom: Node, options?: ParseOptions): Slice {
    for (const element of (dom as Element).querySelectorAll<HTMLElement>(`[${CARRIER}]`)) {
      element.style.cssText = element.getAttribute(CARRIER) ?? '';
      element.removeAttribute(CARRIER);
    }
    return super.parseSlice(dom, options);
  }
}
