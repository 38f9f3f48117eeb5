/**
 * Draws the images of documents that not everybody may see, and those of a server that the page did not come from.
 *
 * A browser asks for an image without a token, so those are fetched, and shown from memory. What is stored in the
 * document, and what is copied out of it, is the image's own address.
 */
import { Extension } from '@tiptap/core';
import { DOMSerializer, type Node } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import type { NodeView } from '@tiptap/pm/view';
import type { Site } from '../api/site';

/** A picture that could not be had is asked for again after this, and a few times more. */
const AGAIN_MS = 4_000;
const TRIES = 5;

interface Options {
  readonly site: Site;
}

export const Pictures = Extension.create<Options, { album: Album }>({
  name: 'pictures',

  addStorage() {
    return { album: new Album(this.options.site) };
  },

  addProseMirrorPlugins() {
    const { album } = this.storage;
    return [
      new Plugin({ key: new PluginKey('pictures'), props: { nodeViews: { image: (node) => drawn(node, album) } } }),
    ];
  },

  onDestroy() {
    this.storage.album.destroy();
  },
});

function drawn(node: Node, album: Album): NodeView {
  const spec = node.type.spec.toDOM?.(node) ?? ['figure'];
  const { dom } = DOMSerializer.renderSpec(document, spec);
  const image = (dom as HTMLElement).querySelector?.<HTMLImageElement>('img[src]');
  const source = image?.getAttribute('src') ?? '';
  if (image && source.startsWith('/files/')) {
    image.removeAttribute('src'); // before the browser has begun to ask for it
    void album.show(image, source);
  }
  return { dom: dom as HTMLElement };
}

/** The pictures of one editor, each fetched once. */
class Album {
  readonly #site: Site;
  readonly #pictures = new Map<string, Promise<string | null>>();
  #closed = false;

  constructor(site: Site) {
    this.#site = site;
  }

  async show(image: HTMLImageElement, source: string): Promise<void> {
    const found = this.#pictures.get(source) ?? this.#fetch(source);
    this.#pictures.set(source, found);
    const address = await found;
    if (address === null) this.#pictures.delete(source);
    else image.src = address;
  }

  destroy(): void {
    this.#closed = true;
    for (const picture of this.#pictures.values()) {
      void picture.then((address) => address?.startsWith('blob:') && URL.revokeObjectURL(address));
    }
    this.#pictures.clear();
  }

  async #fetch(source: string): Promise<string | null> {
    const address = this.#site.address + source;
    for (let tries = 0; tries < TRIES && !this.#closed; tries += 1) {
      const token = await this.#site.token();
      if (!token) return address;
      const answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` } }).catch(() => null);
      if (answer?.ok) return URL.createObjectURL(await answer.blob());
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    return null;
  }
}
