/** The writing surface of one session: Tiptap bound to the session's words, told to the interface as signals. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { type Extensions, getSchema, Editor as Tiptap } from '@tiptap/core';
import { ListKeymap } from '@tiptap/extension-list';
import { Gapcursor } from '@tiptap/extensions/gap-cursor';
import type { Node } from '@tiptap/pm/model';
import { yUndoPluginKey } from '@tiptap/y-tiptap';
import type { Site } from '../api/site';
import type { Session } from '../collab/session';
import { type ActionId, actionIds, actions } from './actions';
import { Collaboration } from './binding/collaboration';
import { Carets } from './carets';
import { schema } from './extensions';
import { CaretOnFocus, standAtStart } from './firstSelection';
import { foreignRoot, lacks, watchForeign } from './foreign';
import { Hint } from './hint';
import { whenIdle } from './late';
import { isLong } from './length';
import { LinkBox } from './linkBox';
import type { CalloutKind } from './nodes/callout';
import { disarmed, PastedHtmlParser } from './pastedHtml';
import type { PlaceholderWords } from './placeholders';
import { PromptSelection } from './promptSelection';
import { Punctuation, type Quotes } from './punctuation';
import { Seats } from './seats';
import { drawsStretches, Stretches } from './stretches';
import type { Writing } from './writing';

export interface EditorWords {
  readonly placeholder: () => string;
  readonly label: string;
  readonly guest: (name: string) => string;
  readonly taskDone: string;
  readonly callouts: Readonly<Record<CalloutKind, string>>;
  /** What stands for what this version cannot show. */
  readonly unknown: PlaceholderWords;
  readonly quotes: Quotes;
}

/** Where the editor stands. */
export interface Host {
  /** Whether the editor is still wanted there. */
  readonly wanted: () => boolean;
  /** Something came for which this editor has no place: it is gone, and another one must be opened. */
  readonly reopen: () => void;
}

/** What is pressed in, and whether there is something of one's own to undo. */
export interface Tools {
  readonly active: ReadonlySet<ActionId>;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/** The caret is kept clear of the bars that lie over the text; `document.css` says the same to the browser. */
const CLEAR_PX = { top: 72, bottom: 72, left: 5, right: 5 };

const nothing: Tools = { active: new Set(), canUndo: false, canRedo: false };

export class Editor {
  readonly tools: ReadonlySignal<Tools>;
  readonly linkBox: LinkBox;
  /** The tools that come when the document is shown: menus, tables, images and the like. */
  readonly writing: ReadonlySignal<Writing | null>;
  readonly #writing = signal<Writing | null>(null);
  readonly #stopWaiting: () => void;
  readonly #tools = signal<Tools>(nothing);
  readonly #tiptap: Tiptap;
  readonly #stopWatching: () => void;
  readonly #element: HTMLElement;
  #frame = 0;

  /** Open the editor, or answer `null` where that would destroy something, or where it is no longer `wanted`. */
  static async open(element: HTMLElement, session: Session, words: EditorWords, host: Host): Promise<Editor | null> {
    let extensions: Extensions | null = schema;
    if (needsPlaceholders(session)) {
      const { completed } = await import('./placeholders');
      if (!host.wanted()) return null;
      extensions = completed(schema, session.schema.peek(), session.fragment, words.unknown);
    }
    if (extensions === null) {
      session.stopAsOutdated();
      return null;
    }
    const pictures = await picturesOf(session.site);
    return host.wanted() ? new Editor(element, session, words, [...extensions, ...pictures], host) : null;
  }

  private constructor(element: HTMLElement, session: Session, words: EditorWords, extensions: Extensions, host: Host) {
    this.tools = this.#tools;
    this.#element = element;
    this.#measure(session.fragment.length);
    this.#tiptap = new Tiptap({
      element,
      injectCSS: false,
      // Markdown in a clipboard is read as a whole, or not at all: "2 * 3 * 4" is no emphasis.
      enablePasteRules: false,
      extensions: [...named(extensions, words), ...behaviour(session, words, () => this.linkBox.edit())],
      editorProps: {
        scrollThreshold: CLEAR_PX,
        scrollMargin: CLEAR_PX,
        attributes: { class: 'prose', role: 'textbox', 'aria-multiline': 'true', 'aria-label': words.label },
      },
      onTransaction: () => this.#look(),
    });
    const parser = PastedHtmlParser.for(this.#tiptap.schema);
    this.#tiptap.view.setProps({ clipboardParser: parser, transformPastedHTML: disarmed });
    standAtStart(this.#tiptap.view);
    this.linkBox = new LinkBox(this.#tiptap);
    this.#stopWatching = watchForeign(session.fragment, this.#tiptap.schema, () => {
      this.destroy();
      host.reopen();
    });
    this.writing = this.#writing;
    this.#stopWaiting = whenIdle(() => void this.#equip(session));
    this.#look();
  }

  run(id: ActionId): void {
    if (id === 'link') this.linkBox.edit();
    else actions[id].run?.(this.#tiptap);
  }

  setEditable(editable: boolean): void {
    if (editable !== this.#tiptap.isEditable) this.#tiptap.setEditable(editable, false);
  }

  /** The surface itself, for tools that come later. */
  get surface(): Tiptap {
    return this.#tiptap;
  }

  /** Put the caret at the start or the end. */
  focus(where: 'start' | 'end'): void {
    this.#tiptap.commands.focus(where);
  }

  /** A click below the last block: go on writing there, in a new paragraph if the last one is not empty. */
  continueBelow(): void {
    const last = this.#tiptap.state.doc.lastChild;
    if (!this.#tiptap.isEditable) return;
    if (last?.type.name === 'paragraph') this.focus('end');
    else
      this.#tiptap
        .chain()
        .insertContentAt(this.#tiptap.state.doc.content.size, { type: 'paragraph' })
        .focus('end')
        .run();
  }

  destroy(): void {
    if (this.#tiptap.isDestroyed) return;
    cancelAnimationFrame(this.#frame);
    this.#stopWatching();
    this.#stopWaiting();
    this.#writing.peek()?.destroy();
    this.linkBox.destroy();
    this.#tiptap.destroy();
  }

  async #equip(session: Session): Promise<void> {
    const { Writing } = await import('./writing');
    if (!this.#tiptap.isDestroyed) this.#writing.value = new Writing(this.#tiptap, session, this.linkBox);
  }

  #measure(blocks: number): void {
    if (!drawsStretches && isLong(blocks)) this.#element.classList.add('is-long');
  }

  /** Once a frame at most: many transactions can come between two of them. */
  #look(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#tiptap.isDestroyed) return;
      const { undoManager } = yUndoPluginKey.getState(this.#tiptap.state);
      const next: Tools = {
        active: new Set(actionIds.filter((id) => actions[id].active?.(this.#tiptap))),
        canUndo: undoManager.undoStack.length > 0,
        canRedo: undoManager.redoStack.length > 0,
      };
      if (!same(next, this.#tools.peek())) this.#tools.value = next;
      this.#measure(this.#tiptap.state.doc.childCount);
      this.linkBox.look();
    });
  }
}

/** What draws images for which the browser alone cannot ask. */
async function picturesOf(site: Site): Promise<Extensions> {
  if (site.address === '' && (await site.token()) === '') return [];
  const { Pictures } = await import('./pictures');
  return [Pictures.configure({ site })];
}

/** Whether the server or the document knows something that this version does not. */
function needsPlaceholders(session: Session): boolean {
  const known = getSchema(schema);
  const served = session.schema.peek();
  return (served !== null && lacks(known, served)) || foreignRoot(session.fragment, known) !== null;
}

/** The same schema, with names in the person's language for what is drawn beside the words. */
function named(extensions: Extensions, words: EditorWords): Extensions {
  const options: Record<string, object> = {
    taskItem: { a11y: { checkboxLabel: (node: Node) => `${words.taskDone}: ${node.textContent}` } },
    callout: { labels: words.callouts },
  };
  return extensions.map((one) => (options[one.name] ? one.configure(options[one.name]) : one));
}

/** Everything that is no schema: what the keys do, what is drawn on top, and the binding. */
function behaviour(session: Session, words: EditorWords, editLink: () => void): Extensions {
  return [
    Collaboration.configure({ fragment: session.fragment }),
    Seats.configure({ fragment: session.fragment }),
    Stretches,
    Carets.configure({ awareness: session.awareness, nameOf: words.guest }),
    PromptSelection,
    CaretOnFocus,
    LinkBox.keys(editLink),
    ListKeymap,
    Gapcursor,
    Hint.configure({ words: words.placeholder }),
    Punctuation.configure({ quotes: words.quotes }),
  ];
}

function same(a: Tools, b: Tools): boolean {
  return (
    a.canUndo === b.canUndo &&
    a.canRedo === b.canRedo &&
    a.active.size === b.active.size &&
    [...a.active].every((id) => b.active.has(id))
  );
}
