/**
 * Images on their way into a document.
 *
 * While one is sent, a box with its picture stands where it will be; the box is drawn only here and is no content. It
 * keeps its place by the Yjs position, because a change from outside replaces the document as far as ProseMirror can
 * tell. Without the server nothing is sent: an image has to be on the server's disk before a document may name it.
 */
import type { Editor as Tiptap } from '@tiptap/core';
import type { Attrs, Slice } from '@tiptap/pm/model';
import { type EditorState, NodeSelection, Plugin, Selection, type Transaction } from '@tiptap/pm/state';
import { dropPoint } from '@tiptap/pm/transform';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from '@tiptap/y-tiptap';
import type { Session } from '../../../collab/session';
import { writingWords } from '../../../i18n/writing';
import { online } from '../../../ui/device';
import { say } from '../../../ui/toast';
import { place, select } from '../insert';
import { holdsImages, lift, losesImages } from './lifted';
import { UploadFailed, upload } from './upload';

export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
/** Drawn no wider than the column; a small picture stays small. */
const WIDEST_PX = 640;

interface Pending {
  readonly id: number;
  readonly file: File;
  readonly attrs: Attrs;
  readonly box: HTMLElement;
  readonly preview: string;
  /** Relative to the Yjs document. */
  at: unknown;
}

export class Uploads {
  readonly plugin: Plugin;
  readonly #tiptap: Tiptap;
  readonly #document: Pick<Session, 'id' | 'site'>;
  readonly #pending = new Map<number, Pending>();
  readonly #input = document.createElement('input');
  #count = 0;

  constructor(tiptap: Tiptap, document: Pick<Session, 'id' | 'site'>) {
    this.#tiptap = tiptap;
    this.#document = document;
    this.#input.type = 'file';
    this.#input.accept = IMAGE_TYPES.join(',');
    this.#input.multiple = true;
    this.#input.addEventListener('change', () => {
      this.send([...(this.#input.files ?? [])]);
      this.#input.value = '';
    });
    this.plugin = new Plugin({
      props: {
        decorations: (state) => (this.#pending.size > 0 ? this.#boxes(state) : null),
        // So some programs write it; a browser takes either.
        transformPastedHTML: (html) => html.replaceAll('data:image/jpg;', 'data:image/jpeg;'),
        handlePaste: (_, { clipboardData }, slice) =>
          this.#take(clipboardData, null) || this.#takeInside(clipboardData, slice, null),
        handleDrop: (view, { dataTransfer, clientX, clientY }, slice, moved) => {
          const pos = view.posAtCoords({ left: clientX, top: clientY })?.pos ?? null;
          return (
            !moved && (this.#take(dataTransfer, pos) || (pos !== null && this.#takeInside(dataTransfer, slice, pos)))
          );
        },
      },
      view: () => ({
        // The Yjs document hears of a change of one's own only after it is drawn.
        update: ({ state }, before) => {
          if (this.#pending.size > 0 && state.doc !== before.doc) queueMicrotask(() => this.#redraw());
        },
      }),
    });
  }

  /** Ask for files. */
  pick(): void {
    if (this.#reachable()) this.#input.click();
  }

  /** Put images where the caret is, or at a position. */
  send(files: readonly File[], pos: number | null = null): void {
    const images = files.filter(({ type }) => IMAGE_TYPES.includes(type));
    const words = writingWords.peek().image;
    if (images.length < files.length) say(words.wrongType);
    if (images.length === 0 || !this.#reachable()) return;
    for (const file of images) void this.#send(this.#hold(file, pos ?? this.#tiptap.state.selection.to));
  }

  /** Let a transaction put in what was pasted; images that only the clipboard has come when they have been sent. */
  paste(tr: Transaction): void {
    const lifted = lift(tr);
    this.#tiptap.view.dispatch(tr.scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'));
    for (const { file, attrs, pos } of lifted) void this.#send(this.#hold(file, pos, attrs));
  }

  destroy(): void {
    for (const { preview } of this.#pending.values()) URL.revokeObjectURL(preview);
    this.#pending.clear();
  }

  #reachable(): boolean {
    if (online.value) return true;
    say(writingWords.peek().image.offline);
    return false;
  }

  /** Take the images of a paste or a drop; words that came along are more important than a picture of them. */
  #take(data: DataTransfer | null, pos: number | null | undefined): boolean {
    const files = [...(data?.files ?? [])];
    const worded =
      data?.types.includes('text/html') &&
      data
        .getData('text/html')
        .replace(/<[^>]*>/g, '')
        .trim() !== '';
    if (!files.some(({ type }) => IMAGE_TYPES.includes(type)) || worded || !this.#tiptap.isEditable) return false;
    this.send(files, pos ?? null);
    return true;
  }

  /** Take images that stand among the words of a paste or a drop; say so where they cannot be had. */
  #takeInside(data: DataTransfer | null, slice: Slice, pos: number | null): boolean {
    if (losesImages(data?.getData('text/html') ?? '')) say(writingWords.peek().image.lost);
    if (!holdsImages(slice)) return false;
    const { tr } = this.#tiptap.state;
    if (pos === null) tr.replaceSelection(slice);
    else {
      const at = dropPoint(tr.doc, pos, slice) ?? pos;
      tr.replaceRange(at, at, slice);
    }
    this.paste(tr);
    return true;
  }

  #hold(file: File, pos: number, attrs: Attrs = {}): Pending {
    const preview = URL.createObjectURL(file);
    const pending = {
      id: ++this.#count,
      file,
      attrs,
      preview,
      box: boxOf(preview),
      at: relative(this.#tiptap.state, pos),
    };
    this.#pending.set(pending.id, pending);
    this.#redraw();
    return pending;
  }

  async #send(pending: Pending): Promise<void> {
    const { file, box } = pending;
    const bar = box.querySelector('progress');
    const { id, site } = this.#document;
    try {
      const stored = await upload(site, id, file, file.name || 'image', (part) => {
        if (bar) bar.value = part;
      });
      if (!this.#tiptap.isDestroyed) this.#insert(pending, stored.url, stored.width);
    } catch (error) {
      if (!(error instanceof UploadFailed)) throw error;
      const words = writingWords.peek().image;
      const why = error.status === 0 ? words.offline : words.failed(error.message);
      this.#drop(pending);
      say(why, { label: words.retry, run: () => void this.#send(this.#again(pending)) });
    }
  }

  /** The same place once more. */
  #again(pending: Pending): Pending {
    const next = this.#hold(pending.file, this.#tiptap.state.selection.to, pending.attrs);
    next.at = pending.at;
    this.#redraw();
    return next;
  }

  #insert(pending: Pending, src: string, width: number | null): void {
    const { state, view } = this.#tiptap;
    const type = state.schema.nodes.image;
    const pos = absolute(state, pending.at) ?? state.selection.to;
    this.#drop(pending, false);
    if (!type) return;
    const { tr } = state;
    const before = tr.selection;
    const alt = pending.file.name.replace(/\.[a-z0-9]+$/i, '');
    const named = /^(image|img|dsc|screenshot|bildschirmfoto)?[\s_-]*[\d\s_:.-]*$/i.test(alt) ? null : alt;
    const natural = width === null ? null : Math.min(width, WIDEST_PX);
    const node = type.create({ alt: named, width: natural, ...said(pending.attrs), src });
    tr.setSelection(Selection.near(tr.doc.resolve(pos), -1));
    const at = place(tr, node);
    if (at === null) return;
    // Writing goes on where it was.
    const next = before.map(tr.doc, tr.mapping);
    if (next instanceof NodeSelection && next.from === at) select(tr, at, node, 'after');
    else tr.setSelection(next);
    view.dispatch(tr);
  }

  #drop(pending: Pending, redraw = true): void {
    this.#pending.delete(pending.id);
    URL.revokeObjectURL(pending.preview);
    if (redraw) this.#redraw();
  }

  #redraw(): void {
    if (!this.#tiptap.isDestroyed) this.#tiptap.view.setProps({});
  }

  #boxes(state: EditorState): DecorationSet {
    const boxes = [...this.#pending.values()].flatMap(({ id, at, box }) => {
      const pos = absolute(state, at);
      return pos === null ? [] : Decoration.widget(below(state, pos), box, { key: `upload-${id}`, side: 1 });
    });
    return DecorationSet.create(state.doc, boxes);
  }
}

/** What is really said of an image that was pasted. */
function said(attrs: Attrs): Attrs {
  return Object.fromEntries(Object.entries(attrs).filter(([, value]) => value !== null && value !== ''));
}

/** Behind the block that holds the position. */
function below(state: EditorState, pos: number): number {
  const $pos = state.doc.resolve(pos);
  return $pos.depth === 0 ? pos : $pos.after($pos.depth);
}

function relative(state: EditorState, pos: number): unknown {
  const { type, binding } = ySyncPluginKey.getState(state);
  return absolutePositionToRelativePosition(pos, type, binding.mapping);
}

function absolute(state: EditorState, at: unknown): number | null {
  const { doc, type, binding } = ySyncPluginKey.getState(state);
  const pos = relativePositionToAbsolutePosition(doc, type, at as never, binding.mapping);
  return pos === null ? null : Math.min(pos, state.doc.content.size);
}

function boxOf(preview: string): HTMLElement {
  const box = document.createElement('div');
  box.className = 'uploading';
  box.contentEditable = 'false';
  const image = document.createElement('img');
  image.src = preview;
  image.alt = '';
  const bar = document.createElement('progress');
  bar.max = 1;
  bar.setAttribute('aria-label', writingWords.peek().image.uploading);
  box.append(image, bar);
  return box;
}
