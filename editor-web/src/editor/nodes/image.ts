/** Images: a block with a caption; a link on one is an attribute, because marks on elements are not synchronised. */
import { Node } from '@tiptap/core';
import type { DOMOutputSpec } from '@tiptap/pm/model';
import { allowedLink } from '../links';

/** Where an image may come from: this server's files, the web, or inside the document. */
const SOURCE = /^(\/files\/[A-Za-z0-9._-]+$|https?:\/\/[^\s]+$|data:image\/(png|jpeg|gif|webp)[;,])/i;
const MAX_PX = 10_000;

/** The address as it may be stored and shown, or `null`. */
export function allowedSource(src: unknown): string | null {
  return typeof src === 'string' && SOURCE.test(src.trim()) ? src.trim() : null;
}

interface ImageAttributes {
  readonly src: unknown;
  readonly alt: unknown;
  readonly title: unknown;
  readonly width: unknown;
  readonly height: unknown;
  readonly href: unknown;
  readonly caption: unknown;
}

export const Image = Node.create({
  name: 'image',
  group: 'block',
  atom: true,
  draggable: true,

  addAttributes: () => ({
    src: { default: null, parseHTML: (element: HTMLElement) => allowedSource(picture(element)?.getAttribute('src')) },
    alt: { default: null, parseHTML: (element: HTMLElement) => picture(element)?.getAttribute('alt') ?? null },
    title: { default: null, parseHTML: (element: HTMLElement) => picture(element)?.getAttribute('title') ?? null },
    width: { default: null, parseHTML: (element: HTMLElement) => pixels(picture(element), 'width') },
    height: { default: null, parseHTML: (element: HTMLElement) => pixels(picture(element), 'height') },
    href: {
      default: null,
      parseHTML: (element: HTMLElement) => allowedLink(picture(element)?.closest('a')?.getAttribute('href') ?? ''),
    },
    caption: {
      default: null,
      parseHTML: (element: HTMLElement) => element.querySelector('figcaption')?.textContent?.trim() || null,
    },
  }),

  parseHTML: () => [
    { tag: 'figure', getAttrs: (element) => (holdsOneImage(element) ? null : false) },
    { tag: 'img[src]', getAttrs: (element) => (allowedSource(element.getAttribute('src')) ? null : false) },
  ],

  renderHTML({ node }) {
    const { caption, href } = node.attrs as ImageAttributes;
    const image = imageSpec(node.attrs as ImageAttributes);
    const address = allowedLink(String(href ?? ''));
    const framed: DOMOutputSpec =
      address === null ? image : ['a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow' }, image];
    const figure = { class: 'image' };
    return caption
      ? ['figure', figure, framed, ['figcaption', { dir: 'auto' }, String(caption)]]
      : ['figure', figure, framed];
  },
});

function imageSpec({ src, alt, title, width, height }: ImageAttributes): DOMOutputSpec {
  const source = allowedSource(src);
  // A forbidden address is not asked for; the words about the picture stay.
  if (source === null) return ['span', { class: 'image-missing' }, String(alt ?? title ?? '')];
  return [
    'img',
    {
      src: source,
      alt: String(alt ?? ''),
      title: title ?? null,
      width: size(width),
      height: size(height),
      loading: 'lazy',
      decoding: 'async',
      referrerpolicy: 'no-referrer',
    },
  ];
}

function picture(element: HTMLElement): HTMLElement | null {
  return element.tagName === 'IMG' ? element : element.querySelector('img');
}

function holdsOneImage(figure: HTMLElement): boolean {
  const images = figure.querySelectorAll('img');
  return (
    images.length === 1 && allowedSource(images[0]?.getAttribute('src')) !== null && !figure.querySelector('table')
  );
}

function pixels(element: HTMLElement | null, name: 'width' | 'height'): number | null {
  return size(Number.parseInt(element?.getAttribute(name) ?? '', 10));
}

function size(value: unknown): number | null {
  return typeof value === 'number' && value > 0 && value <= MAX_PX ? value : null;
}
